import { type Bundle, decodeBundle, encodeDelivery, RESULT_EXCHANGE } from "@tutti/protocol";
import type { CallOff, Clock } from "./clock.ts";
import { ProblemFault } from "./problem-fault.ts";

/** What a relay is set up with. */
export interface RelaySetting {
  /** The session's id, 32 bytes. */
  readonly session: Uint8Array;
  /** How many take part, and who of them holds points, as indices. */
  readonly participants: number;
  readonly committee: readonly number[];
  /** How long an exchange waits after its first bundle; the first one, the deal, may wait for people. */
  readonly exchangeMs: number;
  readonly dealMs: number;
  readonly clock: Clock;
  /** Told what happens, for people. */
  readonly onEvent: (what: "posted" | "exchanged" | "gone", exchange: number, participant: number | null) => void;
  /** Told when not all have dealt in time, and who is missing: nothing is passed on then. */
  readonly onIncomplete: (missing: readonly number[]) => void;
  /** Told when nobody says anything any more. */
  readonly onSilence: () => void;
}

interface Exchange {
  readonly number: number;
  readonly bundles: (Bundle | null)[];
  /** The bytes as posted, to know a second posting. */
  readonly posted: (Uint8Array | null)[];
  readonly over: PromiseWithResolvers<void>;
  isOver: boolean;
  callOff: CallOff | null;
}

/**
 * Passes sealed bundles on, exchange by exchange, in memory. In the first one everybody speaks, then the committee, and in the result
 * exchange everybody again. An exchange is over when all who are expected have posted, or `exchangeMs` after its first bundle; who is missing
 * then is gone for the rest of the session. The first one, the deal, is over only when all have posted.
 */
export class Relay {
  readonly #setting: RelaySetting;
  readonly #gone = new Set<number>();
  /** The last two that were over, the one in progress, and the result's. */
  readonly #exchanges = new Map<number, Exchange>();
  /** Number of the exchange in progress. */
  #current = 0;
  #silence: CallOff | null = null;
  #closed = false;

  constructor(setting: RelaySetting) {
    this.#setting = setting;
  }

  /** Participants that missed an exchange, as indices. */
  get gone(): ReadonlySet<number> {
    return this.#gone;
  }

  /** Whether all have dealt. */
  get dealt(): boolean {
    return this.#current > 0;
  }

  /** Takes a participant's bundle. Throws a ProblemFault `too-late` or `not-understood`. */
  post(from: number, exchange: number, bytes: Uint8Array): Posted {
    const entry = this.#exchanges.get(exchange) ?? this.#begin(exchange);
    const before = entry.posted[from] ?? null;
    if (before === null) this.#add(entry, from, bytes);
    else if (Buffer.compare(before, bytes) !== 0)
      throw new ProblemFault(
        "not-understood",
        "another bundle was posted in this exchange before: post the same one again, or stop the session",
      );
    return {
      over: entry.over.promise,
      delivery: () => (entry.isOver ? encodeDelivery(entry.bundles, from) : null),
    };
  }

  /** Ends all waits, and forgets everything. */
  close(): void {
    this.#closed = true;
    this.#silence?.();
    for (const { callOff, over } of this.#exchanges.values()) {
      callOff?.();
      over.resolve();
    }
    this.#exchanges.clear();
  }

  /** Something else than a bundle was heard: the silence is broken. */
  heard(): void {
    this.#silence?.();
    this.#silence = null;
  }

  #begin(number: number): Exchange {
    if (number < this.#current) throw tooLate();
    if (number !== this.#current && (number !== RESULT_EXCHANGE || this.#current === 0))
      throw new ProblemFault("not-understood", "this exchange has not begun: post the exchanges in their order");
    const empty = () => Array.from({ length: this.#setting.participants }, () => null);
    const entry = { number, bundles: empty(), posted: empty(), over: Promise.withResolvers<void>(), isOver: false, callOff: null };
    this.#exchanges.set(number, entry);
    return entry;
  }

  #add(entry: Exchange, from: number, bytes: Uint8Array): void {
    const { session, participants, committee, exchangeMs, dealMs, clock, onEvent } = this.#setting;
    if (entry.isOver || this.#gone.has(from)) throw tooLate();
    if (!this.#speakers(entry.number).includes(from))
      throw new ProblemFault("not-understood", "only the committee speaks in this exchange: post the result exchange");
    entry.bundles[from] = readBundle(bytes, participants, session, entry.number, from);
    entry.posted[from] = bytes;
    onEvent("posted", entry.number, from);
    if (entry.number !== RESULT_EXCHANGE || committee.includes(from)) {
      this.heard();
      entry.callOff ??= clock.after(entry.number === 0 ? dealMs : exchangeMs, () => this.#finish(entry));
    }
    if (this.#missing(entry).length === 0) this.#finish(entry);
  }

  #speakers(number: number): readonly number[] {
    const { participants, committee } = this.#setting;
    return number === 0 || number === RESULT_EXCHANGE ? Array.from({ length: participants }, (_, i) => i) : committee;
  }

  #missing({ number, bundles }: Exchange): readonly number[] {
    return this.#speakers(number).filter((i) => !this.#gone.has(i) && bundles[i] === null);
  }

  #finish(entry: Exchange): void {
    if (entry.isOver || this.#closed) return;
    const { clock, exchangeMs, onEvent, onIncomplete, onSilence } = this.#setting;
    entry.callOff?.();
    const missing = this.#missing(entry);
    for (const i of missing) {
      this.#gone.add(i);
      onEvent("gone", entry.number, i);
    }
    if (entry.number === 0 && missing.length > 0) return onIncomplete(missing);
    entry.isOver = true;
    if (entry.number !== RESULT_EXCHANGE) {
      this.#current = entry.number + 1;
      this.#exchanges.delete(entry.number - 2);
    }
    onEvent("exchanged", entry.number, null);
    this.#silence = clock.after(2 * exchangeMs, onSilence);
    entry.over.resolve();
  }
}

/** A bundle that was taken. */
export interface Posted {
  /** Settles when the exchange is over, or the session. */
  readonly over: Promise<void>;
  /** What the participant gets of the exchange; null while it is not over. */
  delivery(): Uint8Array | null;
}

function readBundle(bytes: Uint8Array, count: number, session: Uint8Array, exchange: number, from: number): Bundle {
  let bundle: Bundle;
  try {
    bundle = decodeBundle(bytes, count);
  } catch {
    throw new ProblemFault("not-understood", "the body is not a bundle of this session: are agent and coordinator of one version?");
  }
  if (bundle.exchange !== exchange || bundle.from !== from || Buffer.compare(bundle.session, session) !== 0)
    throw new ProblemFault(
      "not-understood",
      "the bundle is of another session, exchange or participant than its address and signature say",
    );
  return bundle;
}

function tooLate(): ProblemFault {
  return new ProblemFault("too-late", "the exchange went on without this bundle: leave the session, it goes on with the others");
}
