import { fromHex, toHex } from "@tutti/envelope";
import type { KnownSession, PastSession } from "@tutti/protocol";

const NO_HEADS: KnownSession["heads"] = new Map();
const HEX = 64;
const BYTES = HEX / 2;

/** A past session of which only what tells it from others is in memory, some hundred and fifty bytes; the rest is in the store, under its name. */
export class KeptPast implements KnownSession {
  readonly dataset: string;
  readonly atMs: number;
  readonly recorded: number | null;
  /** The session, and the hash of what it told: 32 bytes each. */
  readonly #ids: string;

  /** @param dataset its name, as it is held once */
  constructor({ session, atMs, recorded, mark }: PastSession, dataset: string) {
    this.dataset = dataset;
    this.atMs = atMs;
    this.recorded = recorded;
    this.#ids = String.fromCharCode(...fromHex(session), ...fromHex(mark.slice(-HEX)));
  }

  get session(): string {
    return hexOf(this.#ids.slice(0, BYTES));
  }

  get mark(): string {
    return `${this.session} ${this.recorded === null ? "released" : "recorded"} sha256:${hexOf(this.#ids.slice(BYTES))}`;
  }

  /** Ledgers are the centres' own matter. */
  get heads(): KnownSession["heads"] {
    return NO_HEADS;
  }
}

function hexOf(bytes: string): string {
  return toHex(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
}
