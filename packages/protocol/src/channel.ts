import { type Aead, digestWith, EVERYBODY, LABELS, nonceOf, Secret, sessionKey, type Sha256 } from "@tutti/envelope";
import { decode, decodeWide, ELEMENT_BYTES, encode, encodeWide, WIDE_ELEMENT_BYTES } from "@tutti/field";
import type { Parcel } from "@tutti/sharing";
import { type Bundle, type Delivered, decodeDelivery, encodeBundle, same } from "./bundle.ts";
import { SessionStop } from "./stop.ts";
import { Transcript } from "./transcript.ts";

/** The exchange in which a committee tells everybody the result. */
export const RESULT_EXCHANGE = 0xffff_ffff;

/** Bytes of each participant's part of the group key. */
const KEY_PIECE_BYTES = 32;
const HASH_BYTES = 32;

/** What a channel is opened with. */
export interface ChannelSetting {
  /** 32 bytes. */
  readonly session: Uint8Array;
  /** Names, in session order. */
  readonly participants: readonly string[];
  readonly self: number;
  /** Keys shared with each other participant; null at `self`. */
  readonly keys: readonly (Secret | null)[];
  /** This participant's part of the group key: 32 random bytes. */
  readonly keyPiece: Uint8Array;
  readonly sha256: Sha256;
  readonly aead: Aead;
}

/** What is said in one exchange: one text for all, one for each participant (null: nothing to this one). */
export interface Said {
  readonly broadcast: Uint8Array;
  readonly parts: readonly (Uint8Array | null)[];
}

/** What one participant heard from another. */
export interface HeardFrom {
  readonly broadcast: Uint8Array;
  readonly part: Uint8Array;
}

/**
 * Sealed mail among the participants of one session, passed on by a coordinator who can read none of it and alter none of it unseen.
 *
 * Each part is sealed for its receiver and binds the hash of the broadcast and of everything said before. A broadcast is sealed with a group
 * key that all participants make together in the first exchange, in which none is sent.
 */
export class Channel {
  readonly #setting: ChannelSetting;
  /** The keys shared with the others, for this session alone. */
  readonly #keys: readonly (Secret | null)[];
  readonly #transcript: Transcript;
  /** The transcript after the first exchange: what everybody, also outside of the committee, has heard. */
  #shared: Uint8Array;
  #groupKey: Secret | null = null;
  #said: { readonly exchange: number; readonly bundle: Bundle } | null = null;
  readonly #gone = new Set<number>();

  constructor(setting: ChannelSetting) {
    this.#setting = setting;
    const { session, keys, sha256 } = setting;
    this.#keys = keys.map((key) => key && sessionKey(key, session, sha256));
    this.#transcript = new Transcript(setting.session, setting.sha256);
    this.#shared = this.#transcript.state;
  }

  /** Participants that fell silent, as indices. */
  get gone(): ReadonlySet<number> {
    return this.#gone;
  }

  /** The hash of the last exchange heard, as a challenge. */
  challenge(): Uint8Array {
    return this.#transcript.challenge();
  }

  /** Seals what is said in an exchange. */
  say(exchange: number, { broadcast, parts }: Said): Uint8Array {
    const { participants, self, keyPiece, sha256, aead } = this.#setting;
    const sealed = broadcast.length === 0 ? broadcast : aead.seal(broadcast, nonceOf(exchange, self, EVERYBODY), this.#group());
    const hash = sha256(sealed);
    const sealedParts = participants.map((_, to) => {
      const part = parts[to] ?? null;
      const key = this.#keys[to] ?? null;
      if (part === null || key === null) return new Uint8Array(0);
      const plain = joined([this.#before(exchange), hash, exchange === 0 ? keyPiece : new Uint8Array(0), part]);
      return aead.seal(plain, nonceOf(exchange, self, to), key);
    });
    const bundle = encodeBundle(this.#setting.session, exchange, self, sealed, sealedParts, sha256);
    this.#said = { exchange, bundle };
    return bundle.bytes;
  }

  /**
   * Opens what the coordinator delivered of the exchange just said: null for the participants that are gone, and at `self`.
   * @param from the participants who speak in this exchange
   * @throws SessionStop `tampered` or `equivocation`
   */
  hear(delivery: Uint8Array, from: readonly number[]): (HeardFrom | null)[] {
    const own = this.#said;
    if (own === null) throw new SessionStop("defect", "nothing was said in this exchange");
    const { self, sha256 } = this.#setting;
    const delivered = this.#read(delivery, sha256, own.exchange);
    if (delivered[self] === null || !same(delivered[self]!.head, own.bundle.head)) throw tampered();
    const speakers = new Set(from);
    const items = delivered.map((item, i) => (speakers.has(i) && !this.#gone.has(i) ? item : null));
    const heard = items.map((item, i) => (item === null || i === self ? null : this.#open(item, own.exchange)));
    for (const i of from) if (items[i] === null) this.#gone.add(i);
    this.#transcript.add(own.exchange, items);
    this.#said = null;
    if (own.exchange === 0) {
      this.#shared = this.#transcript.state;
      const pieces = heard.map((one, i) =>
        i === self ? this.#setting.keyPiece : (one?.part.subarray(0, KEY_PIECE_BYTES) ?? new Uint8Array(0)),
      );
      this.#groupKey = new Secret(digestWith(sha256, LABELS.groupKey, this.#setting.session, ...pieces));
      return heard.map((one) => one && { ...one, part: one.part.subarray(KEY_PIECE_BYTES) });
    }
    return heard;
  }

  #read(delivery: Uint8Array, sha256: Sha256, exchange: number): (Delivered | null)[] {
    const { participants, self, session } = this.#setting;
    let items: (Delivered | null)[];
    try {
      items = decodeDelivery(delivery, participants.length, self, sha256);
    } catch {
      throw tampered();
    }
    const fits = items.every((item, i) => item === null || (item.from === i && item.exchange === exchange && same(item.session, session)));
    if (!fits) throw tampered();
    return items;
  }

  #open(item: Delivered, exchange: number): HeardFrom {
    const { participants, self, aead } = this.#setting;
    const part = aead.unseal(item.part, nonceOf(exchange, item.from, self), this.#keys[item.from]!);
    const least = 2 * HASH_BYTES + (exchange === 0 ? KEY_PIECE_BYTES : 0);
    if (part === null || part.length < least || !same(part.subarray(HASH_BYTES, 2 * HASH_BYTES), item.broadcastHash)) throw tampered();
    if (!same(part.subarray(0, HASH_BYTES), this.#before(exchange))) {
      throw new SessionStop(
        "equivocation",
        `${participants[item.from]} was shown another course of the session: do not trust the coordinator until this is explained`,
      );
    }
    const broadcast =
      item.broadcast.length === 0 ? item.broadcast : aead.unseal(item.broadcast, nonceOf(exchange, item.from, EVERYBODY), this.#group());
    if (broadcast === null) throw tampered();
    return { broadcast, part: part.subarray(2 * HASH_BYTES) };
  }

  /** The transcript that a part of this exchange binds: for the result, the one that outsiders of the committee know too. */
  #before(exchange: number): Uint8Array {
    return exchange === RESULT_EXCHANGE ? this.#shared : this.#transcript.state;
  }

  #group(): Secret {
    if (this.#groupKey === null) throw new SessionStop("malformed", "something was said to all before there was a key for it");
    return this.#groupKey;
  }
}

/** The bytes of vectors, narrow ones first. */
export function encodeVectors(narrow: readonly Uint32Array[], wide: readonly BigUint64Array[]): Uint8Array {
  return joined([...narrow.map(encode), ...wide.map(encodeWide)]);
}

/** Reads vectors of known lengths. Throws a RangeError for bytes that are not exactly these. */
export function decodeVectors(
  bytes: Uint8Array,
  narrow: readonly number[],
  wide: readonly number[],
): { narrow: Uint32Array[]; wide: BigUint64Array[] } {
  let at = 0;
  const next = (length: number): Uint8Array => bytes.subarray(at, (at += length));
  const narrows = narrow.map((length) => decode(next(length * ELEMENT_BYTES), length));
  const wides = wide.map((length) => decodeWide(next(length * WIDE_ELEMENT_BYTES), length));
  if (at !== bytes.length) throw new RangeError("bytes are left over after the vectors");
  return { narrow: narrows, wide: wides };
}

/** The bytes of a parcel. */
export function encodeParcel({ narrow, wide }: Parcel): Uint8Array {
  return encodeVectors([narrow], [wide]);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function tampered(): SessionStop {
  return new SessionStop("tampered", "a sealed message was altered on its way: do not trust the coordinator until this is explained");
}
