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
/** Bytes of a nonce of a box. */
export const NONCE_BYTES = 24;
/** Bytes by which a box is longer than what is in it. */
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
 * A box for what is kept in a file, which only holders of the key can read or make: XSalsa20-Poly1305. A nonce (24 bytes) seals one box, ever: two under
 * the same nonce and key give each other away.
 */
export function seal(plain: Uint8Array, nonce: Uint8Array, key: Secret): Uint8Array {
  return nacl.secretbox(plain, nonce, key.reveal());
}

/** What is in a box, or null when it was not sealed with this key and nonce, or was altered. */
export function unseal(sealed: Uint8Array, nonce: Uint8Array, key: Secret): Uint8Array | null {
  return nacl.secretbox.open(sealed, nonce, key.reveal());
}

/** The key that a session of two parties uses in place of the one they share: sealed bytes of one session do not open in another. */
export function sessionKey(shared: Secret, session: Uint8Array, hash: Sha256): Secret {
  return new Secret(digestWith(hash, LABELS.sessionKey, shared.reveal(), session));
}

let zero: Uint8Array | undefined;

/** What `before` makes of every public key of small order: the point is zero whatever the secret. */
function keyOfZero(): Uint8Array {
  return (zero ??= nacl.box.before(new Uint8Array(BOX_KEY_BYTES), new Uint8Array(BOX_KEY_BYTES)));
}
