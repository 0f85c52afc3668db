import nacl from "tweetnacl";
import { digestWith, type Sha256 } from "./digest.ts";
import { LABELS } from "./label.ts";
import { draw, type Random } from "./random.ts";
import { Secret } from "./secret.ts";

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

/** The key that a session of two parties uses in place of the one they share: sealed bytes of one session do not open in another. */
export function sessionKey(shared: Secret, session: Uint8Array, hash: Sha256): Secret {
  return new Secret(digestWith(hash, LABELS.sessionKey, shared.reveal(), session));
}

/** The party that a broadcast is sealed for, in place of a receiver's number. */
export const EVERYBODY = 0xffff;

/**
 * The nonce of the one message that `from` sends `to` in an exchange, under a key that is used in one session only: exchange (4 bytes), from (2),
 * to (2), zeros. A party seals once for each, and sends the same bytes again when it must send again.
 * @param exchange its number in the session, 0 … 2³² − 1; from, to: numbers of participants, 0 … 2¹⁶ − 1; a RangeError otherwise
 */
export function nonceOf(exchange: number, from: number, to: number): Uint8Array {
  if (!isBelow(exchange, 2 ** 32) || !isBelow(from, 2 ** 16) || !isBelow(to, 2 ** 16))
    throw new RangeError("exchanges and participants are numbered 0, 1, 2, …");
  const nonce = new Uint8Array(NONCE_BYTES);
  const view = new DataView(nonce.buffer);
  view.setUint32(0, exchange);
  view.setUint16(4, from);
  view.setUint16(6, to);
  return nonce;
}

function isBelow(number: number, limit: number): boolean {
  return Number.isInteger(number) && number >= 0 && number < limit;
}

let zero: Uint8Array | undefined;

/** What `before` makes of every public key of small order: the point is zero whatever the secret. */
function keyOfZero(): Uint8Array {
  return (zero ??= nacl.box.before(new Uint8Array(BOX_KEY_BYTES), new Uint8Array(BOX_KEY_BYTES)));
}
