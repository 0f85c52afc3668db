import { DIGEST_BYTES, type Sha256 } from "@tutti/envelope";

/**
 * What one participant posts in one exchange: a broadcast for all, and a sealed part for each other participant.
 *
 * ```
 * bundle   = head broadcast part₀ … partₙ₋₁
 * head     = session (32) exchange (4) from (2) count (2) piece(broadcast) piece(part₀) … piece(partₙ₋₁)
 * piece    = length (4) SHA-256 (32)
 * delivery = count (2) item₀ … itemₙ₋₁       what the coordinator hands to one participant
 * item     = length (4), 0 for one that is gone, then head broadcast part(of the receiver)
 * ```
 * Numbers are big-endian. The head says the hash of every part, so that all participants can agree on what all of them posted.
 */
export interface Bundle {
  readonly session: Uint8Array;
  readonly exchange: number;
  /** Position of the sender among the participants. */
  readonly from: number;
  /** The bytes of the head: what transcripts hash. */
  readonly head: Uint8Array;
  readonly broadcast: Uint8Array;
  /** One a participant; empty for the sender itself and for those to whom nothing is said. */
  readonly parts: readonly Uint8Array[];
}

/** One participant's bundle as another one gets it. */
export interface Delivered extends Omit<Bundle, "parts"> {
  /** SHA-256 of the broadcast, as the head says it. */
  readonly broadcastHash: Uint8Array;
  readonly part: Uint8Array;
}

/** Bytes of a bundle, at most. */
export const MAX_BUNDLE_BYTES: number = 256 * 1024 * 1024;

const FIXED: number = DIGEST_BYTES + 8;
const PIECE: number = 4 + DIGEST_BYTES;

/** Puts a bundle together; `session` is 32 bytes. */
export function encodeBundle(
  session: Uint8Array,
  exchange: number,
  from: number,
  broadcast: Uint8Array,
  parts: readonly Uint8Array[],
  hash: Sha256,
): Bundle & { readonly bytes: Uint8Array } {
  const pieces = [broadcast, ...parts];
  const headLength = FIXED + PIECE * pieces.length;
  const bytes = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, headLength));
  const view = new DataView(bytes.buffer);
  bytes.set(session);
  view.setUint32(DIGEST_BYTES, exchange);
  view.setUint16(DIGEST_BYTES + 4, from);
  view.setUint16(DIGEST_BYTES + 6, parts.length);
  let at = headLength;
  pieces.forEach((piece, i) => {
    view.setUint32(FIXED + PIECE * i, piece.length);
    bytes.set(hash(piece), FIXED + PIECE * i + 4);
    bytes.set(piece, at);
    at += piece.length;
  });
  return { session, exchange, from, head: bytes.subarray(0, headLength), broadcast, parts, bytes };
}

/** Reads a bundle among `count` participants. Throws a RangeError for bytes that are not exactly one; hashes are for the receivers to check. */
export function decodeBundle(bytes: Uint8Array, count: number): Bundle {
  const { head, lengths, ...said } = readHead(bytes, count);
  const pieces = split(bytes.subarray(head.length), lengths);
  return { ...said, head, broadcast: pieces[0]!, parts: pieces.slice(1) };
}

/** What one participant gets of an exchange: each bundle without the parts of others; null for those that are gone. */
export function encodeDelivery(bundles: readonly (Bundle | null)[], to: number): Uint8Array {
  const items = bundles.map((bundle) => (bundle === null ? [] : [bundle.head, bundle.broadcast, bundle.parts[to]!]));
  const lengths = items.map((item) => item.reduce((length, piece) => length + piece.length, 0));
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + 4 + length, 2));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, bundles.length);
  let at = 2;
  items.forEach((item, i) => {
    view.setUint32(at, lengths[i]!);
    at += 4;
    for (const piece of item) {
      bytes.set(piece, at);
      at += piece.length;
    }
  });
  return bytes;
}

/**
 * Reads a delivery to participant `to` among `count`, and holds every piece against the hash that its head says.
 * Throws a RangeError for anything else.
 */
export function decodeDelivery(bytes: Uint8Array, count: number, to: number, hash: Sha256): (Delivered | null)[] {
  const view = viewOf(bytes);
  if (bytes.length < 2 || view.getUint16(0) !== count) throw new RangeError("a delivery has one item for each participant");
  let at = 2;
  const items = Array.from({ length: count }, () => {
    if (at + 4 > bytes.length) throw new RangeError("a delivery is cut short");
    const length = view.getUint32(at);
    const item = bytes.subarray(at + 4, at + 4 + length);
    if (item.length !== length) throw new RangeError("a delivery is cut short");
    at += 4 + length;
    return length === 0 ? null : readItem(item, count, to, hash);
  });
  if (at !== bytes.length) throw new RangeError("bytes are left over after a delivery");
  return items;
}

function readItem(item: Uint8Array, count: number, to: number, hash: Sha256): Delivered {
  const { head, lengths, ...said } = readHead(item, count);
  const [broadcast, part] = split(item.subarray(head.length), [lengths[0]!, lengths[1 + to]!]);
  const hashes = [0, 1 + to].map((piece) => head.subarray(FIXED + PIECE * piece + 4, FIXED + PIECE * (piece + 1)));
  [broadcast, part].forEach((piece, i) => {
    if (!same(hash(piece!), hashes[i]!)) throw new RangeError("a piece of a bundle is not what its head says");
  });
  return { ...said, head, broadcast: broadcast!, broadcastHash: hashes[0]!, part: part! };
}

function readHead(bytes: Uint8Array, count: number) {
  const headLength = FIXED + PIECE * (1 + count);
  if (bytes.length < headLength) throw new RangeError("a bundle is cut short");
  const view = viewOf(bytes);
  if (view.getUint16(DIGEST_BYTES + 6) !== count) throw new RangeError("a bundle has one part for each participant");
  const from = view.getUint16(DIGEST_BYTES + 4);
  if (from >= count) throw new RangeError("a bundle is from no participant");
  return {
    session: bytes.subarray(0, DIGEST_BYTES),
    exchange: view.getUint32(DIGEST_BYTES),
    from,
    head: bytes.subarray(0, headLength),
    lengths: Array.from({ length: 1 + count }, (_, i) => view.getUint32(FIXED + PIECE * i)),
  };
}

function split(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  let at = 0;
  const pieces = lengths.map((length) => bytes.subarray(at, (at += length)));
  if (at !== bytes.length) throw new RangeError("a bundle is not as long as its head says");
  return pieces;
}

/** Whether two hashes are the same. They are public. */
export function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
