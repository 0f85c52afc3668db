import nacl from "tweetnacl";
import { digest } from "./digest.ts";
import type { Label } from "./label.ts";
import { draw, type Random } from "./random.ts";
import { Secret } from "./secret.ts";
import { toUtf8 } from "./text.ts";

/** Keys to seal with: X25519, 32 bytes each. */
export interface BoxKeys {
  readonly publicKey: Uint8Array;
  readonly secretKey: Secret;
}

/** Bytes of a box key, public, secret or shared. */
export const BOX_KEY_BYTES = 32;
/** Bytes of a nonce. */
export const NONCE_BYTES = 24;
/** Bytes by which a sealed message is longer than the plain one. */
export const SEAL_BYTES = 16;

/** New keys from 32 random bytes. */
export function createBoxKeys(random: Random): BoxKeys {
  const { publicKey, secretKey } = nacl.box.keyPair.fromSecretKey(draw(random, BOX_KEY_BYTES).slice());
  return { publicKey, secretKey: new Secret(secretKey) };
}

/**
 * The key that two parties share, worked out once and used for many messages both ways. Throws a RangeError for a public key that is not
 * 32 bytes, or with which everybody could work it out (RFC 7748 §6.1: the result is zero).
 */
export function sharedKey(theirPublic: Uint8Array, mySecret: Secret): Secret {
  if (theirPublic.length !== BOX_KEY_BYTES) throw new RangeError("a box key has 32 bytes: ask the peer for its epoch key again");
  const key = nacl.box.before(theirPublic, mySecret.reveal());
  if (nacl.verify(key, keyOfZero()))
    throw new RangeError("a box key is of small order and keeps nothing secret: refuse the peer that sent it");
  return new Secret(key);
}

/**
 * A message that only holders of the shared key can read or make: XSalsa20-Poly1305. A nonce (24 bytes) seals one message, ever: two under
 * the same nonce and key give each other away.
 */
export function seal(plain: Uint8Array, nonce: Uint8Array, key: Secret): Uint8Array {
  return nacl.secretbox(plain, nonce, key.reveal());
}

/** The message inside, or null when it was not sealed with this key and nonce, or was altered. */
export function unseal(sealed: Uint8Array, nonce: Uint8Array, key: Secret): Uint8Array | null {
  return nacl.secretbox.open(sealed, nonce, key.reveal());
}

/**
 * The nonce of the one message that `from` sends `to` in an exchange of a session. Both ends work it out, so a message moved to another
 * session, exchange or pair does not open. A party seals once for each, and sends the same bytes again when it must send again.
 * @param exchange its number in the session, 0 … 2³² − 1; a RangeError otherwise
 */
export function nonceOf(label: Label, session: string, exchange: number, from: string, to: string): Uint8Array {
  if (!Number.isInteger(exchange) || exchange < 0 || exchange > 0xffff_ffff) throw new RangeError("exchanges are numbered 0, 1, 2, …");
  return digest(label, toUtf8(session), toUtf8(String(exchange)), toUtf8(from), toUtf8(to)).slice(0, NONCE_BYTES);
}

let zero: Uint8Array | undefined;

/** What `before` makes of every public key of small order: the point is zero whatever the secret. */
function keyOfZero(): Uint8Array {
  return (zero ??= nacl.box.before(new Uint8Array(BOX_KEY_BYTES), new Uint8Array(BOX_KEY_BYTES)));
}
