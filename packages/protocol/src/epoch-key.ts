import {
  type BoxKeys,
  createBoxKeys,
  type Envelope,
  EnvelopeFault,
  fromBase64,
  type Identity,
  LABELS,
  partyNameSchema,
  type Random,
  type Secret,
  sharedKey,
  type SignatureScheme,
  toBase64,
} from "@tutti/envelope";
import { z } from "zod";
import { type Keys, type MessageKind, openMessage, signMessage } from "./message.ts";

/** A centre says which box key its peers seal to, and until when. */
export interface EpochKey {
  readonly centre: string;
  /** X25519, 32 bytes in base64. */
  readonly boxKey: string;
  /** Milliseconds since 1970. */
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Longest life of an epoch key. It exists in memory only, so that what was sealed can't be opened later (forward secrecy). */
export const EPOCH_MS = 3_600_000;
/** How far the clocks of two parties may differ. */
export const CLOCK_SKEW_MS = 120_000;

const epochKeySchema: z.ZodType<EpochKey> = z
  .strictObject({
    centre: partyNameSchema,
    boxKey: z.string().regex(/^[A-Za-z0-9+/]{43}=$/),
    fromMs: z.int().min(0),
    untilMs: z.int().min(0),
  })
  .refine(({ fromMs, untilMs }) => fromMs < untilMs && untilMs - fromMs <= EPOCH_MS, "an epoch key lives for at most an hour");

const EPOCH_KEY: MessageKind<EpochKey> = { label: LABELS.epochKey, schema: epochKeySchema };

/** One centre's epoch keys: its own, renewed when half its life is over, and the keys it shares with its peers, worked out once an epoch. */
export class EpochKeys {
  readonly #identity: Identity;
  readonly #scheme: SignatureScheme;
  readonly #random: Random;
  #own: { readonly box: BoxKeys; readonly statement: Envelope; readonly renewAtMs: number } | null = null;
  readonly #shared = new Map<string, { readonly key: Secret; readonly untilMs: number }>();

  constructor(identity: Identity, scheme: SignatureScheme, random: Random) {
    this.#identity = identity;
    this.#scheme = scheme;
    this.#random = random;
  }

  /** The current key, signed, and its secret for a session that begins now. */
  current(nowMs: number): { readonly box: BoxKeys; readonly statement: Envelope } {
    if (this.#own === null || nowMs >= this.#own.renewAtMs || nowMs < this.#own.renewAtMs - EPOCH_MS) {
      const box = createBoxKeys(this.#random);
      const value: EpochKey = { centre: this.#identity.name, boxKey: toBase64(box.publicKey), fromMs: nowMs, untilMs: nowMs + EPOCH_MS };
      this.#own = { box, statement: signMessage(EPOCH_KEY, value, this.#identity, this.#scheme), renewAtMs: nowMs + EPOCH_MS / 2 };
      this.#shared.clear();
    }
    return this.#own;
  }

  /**
   * The key shared with a peer, from the peer's signed statement and the own secret that a session uses.
   * @throws EnvelopeFault when the statement is not the peer's, or not valid now
   */
  sharedWith(peer: string, statement: Envelope, own: BoxKeys, keys: Keys, nowMs: number): Secret {
    const id = `${toBase64(own.publicKey)} ${peer} ${statement.payload} ${statement.signatures[0]?.sig}`;
    const before = this.#shared.get(id);
    if (before !== undefined && nowMs <= before.untilMs) return before.key;
    const { value, by } = openMessage(EPOCH_KEY, statement, keys, this.#scheme);
    if (by !== peer || value.centre !== peer)
      throw new EnvelopeFault("signature", "an epoch key is not the one of the centre that uses it", peer);
    if (nowMs < value.fromMs - CLOCK_SKEW_MS || nowMs > value.untilMs)
      throw new EnvelopeFault("payload", "an epoch key is not valid now: compare the clocks of the two centres", peer);
    const key = secretOf(value, own);
    this.#shared.set(id, { key, untilMs: value.untilMs });
    return key;
  }
}

function secretOf({ boxKey, centre }: EpochKey, own: BoxKeys): Secret {
  try {
    return sharedKey(fromBase64(boxKey), own.secretKey);
  } catch {
    throw new EnvelopeFault("payload", "an epoch key keeps nothing secret", centre);
  }
}
