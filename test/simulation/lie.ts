import { EVERYBODY, nonceOf, seal, toHex, unseal } from "@tutti/envelope";
import { P } from "@tutti/field";
import { sha256 } from "@tutti/platform";
import { decodeBundle, encodeBundle } from "@tutti/protocol";
import type { Listener } from "./listener.ts";

const HASH_BYTES = 32;
const KEY_PIECE_BYTES = 32;

/**
 * The bundle of a participant that says something else than it computed, as one would whose program was changed: every seal and hash in it holds. In
 * the deal one share for one receiver is another, later one share for all. The same bytes where nothing of the kind is in it, or a key is not known.
 */
export function lyingBundle(bytes: Uint8Array, listener: Listener): Uint8Array {
  const count = new DataView(bytes.buffer, bytes.byteOffset).getUint16(38);
  const { session, exchange, from, broadcast, parts } = decodeBundle(bytes, count);
  const name = toHex(session);
  const keys = listener.pairKeys(name);
  const opened = parts.map((part, to) => {
    for (const key of keys) {
      const plain = part.length === 0 ? null : unseal(part, nonceOf(exchange, from, to), key);
      if (plain !== null) return { key, plain };
    }
    return null;
  });
  const group = listener.groupKey(name);
  let said = broadcast;
  if (exchange === 0) {
    const victim = opened.find((one) => one !== null && one.plain.length > 2 * HASH_BYTES + KEY_PIECE_BYTES);
    if (victim == null) return bytes;
    change(victim.plain, 2 * HASH_BYTES + KEY_PIECE_BYTES);
  } else {
    const plain = group === null || broadcast.length === 0 ? null : unseal(broadcast, nonceOf(exchange, from, EVERYBODY), group);
    if (plain === null) return bytes;
    change(plain, 0);
    said = seal(plain, nonceOf(exchange, from, EVERYBODY), group!);
  }
  const hash = sha256(said);
  const sealed = parts.map((part, to) => {
    const one = opened[to];
    if (one == null) return part;
    one.plain.set(hash, HASH_BYTES);
    return seal(one.plain, nonceOf(exchange, from, to), one.key);
  });
  return encodeBundle(session, exchange, from, said, sealed, sha256).bytes;
}

/** Adds one to the element that stands there. */
function change(plain: Uint8Array, at: number): void {
  const view = new DataView(plain.buffer, plain.byteOffset);
  view.setUint32(at, (view.getUint32(at, true) + 1) % P, true);
}

/** A delivery in which the bundle of one participant stands as it was, or not at all. */
export function withBundle(delivery: Uint8Array, from: number, to: number, bundle: Uint8Array | null): Uint8Array {
  if (delivery.length < 2) return delivery;
  const view = new DataView(delivery.buffer, delivery.byteOffset, delivery.byteLength);
  const count = view.getUint16(0);
  const items: Uint8Array[] = [];
  for (let at = 2; items.length < count;) {
    const length = view.getUint32(at);
    items.push(delivery.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  if (bundle === null) items[from] = new Uint8Array(0);
  else {
    const { head, broadcast, parts } = decodeBundle(bundle, count);
    items[from] = new Uint8Array(Buffer.concat([head, broadcast, parts[to]!]));
  }
  const lengths = items.map(({ length }) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(length);
    return bytes;
  });
  return new Uint8Array(Buffer.concat([delivery.subarray(0, 2), ...items.flatMap((item, i) => [lengths[i]!, item])]));
}
