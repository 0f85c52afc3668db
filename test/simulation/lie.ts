import { EVERYBODY, nonceOf, toHex } from "@tutti/envelope";
import { P } from "@tutti/field";
import { aead, sha256 } from "@tutti/platform";
import { decodeBundle, encodeBundle } from "@tutti/protocol";
import type { Listener } from "./listener.ts";

const HASH_BYTES = 32;
const KEY_PIECE_BYTES = 32;

/**
 * The bundle of a participant that says something else than it computed, as one would whose program was changed: every seal and hash in it holds. In
 * the deal one share for one receiver is another, later one share for all. Null where nothing of the kind is in it, or a key is not known.
 */
export function lyingBundle(bytes: Uint8Array, listener: Listener): Uint8Array | null {
  const count = new DataView(bytes.buffer, bytes.byteOffset).getUint16(38);
  const { session, exchange, from, broadcast, parts } = decodeBundle(bytes, count);
  const name = toHex(session);
  const keys = listener.pairKeys(name);
  const opened = parts.map((part, to) => {
    for (const key of keys) {
      const plain = part.length === 0 ? null : aead.unseal(part, nonceOf(exchange, from, to), key);
      if (plain !== null) return { key, plain };
    }
    return null;
  });
  const group = listener.groupKey(name);
  let said = broadcast;
  if (exchange === 0) {
    const victim = opened.find((one) => one !== null && one.plain.length > 2 * HASH_BYTES + KEY_PIECE_BYTES);
    if (victim == null) return null;
    change(victim.plain, 2 * HASH_BYTES + KEY_PIECE_BYTES);
  } else {
    const plain = group === null || broadcast.length === 0 ? null : aead.unseal(broadcast, nonceOf(exchange, from, EVERYBODY), group);
    if (plain === null) return null;
    change(plain, 0);
    said = aead.seal(plain, nonceOf(exchange, from, EVERYBODY), group!);
  }
  const hash = sha256(said);
  const sealed = parts.map((part, to) => {
    const one = opened[to];
    if (one == null) return part;
    one.plain.set(hash, HASH_BYTES);
    return aead.seal(one.plain, nonceOf(exchange, from, to), one.key);
  });
  return encodeBundle(session, exchange, from, said, sealed, sha256).bytes;
}

/** Adds one to the element that stands there. */
function change(plain: Uint8Array, at: number): void {
  const view = new DataView(plain.buffer, plain.byteOffset);
  view.setUint32(at, (view.getUint32(at, true) + 1) % P, true);
}
