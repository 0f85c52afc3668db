import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import type { Secret } from "./secret.ts";

/**
 * Seals mail between the parties of a session, so that only holders of the key can read or make it: AEAD_CHACHA20_POLY1305 of RFC 8439, section 2.8, without
 * associated data. Every implementation makes and accepts exactly the same.
 */
export interface Aead {
  /**
   * The cipher text, then its tag of 16 bytes. A nonce (12 bytes) seals one message, ever: two under the same nonce and key give each other away. The key has
   * 32 bytes. Throws a RangeError for other lengths.
   */
  seal(plain: Uint8Array, nonce: Uint8Array, key: Secret): Uint8Array;
  /** The message inside, or null when it was not sealed with this key and nonce, or was altered. Throws a RangeError as `seal` does. */
  unseal(sealed: Uint8Array, nonce: Uint8Array, key: Secret): Uint8Array | null;
}

/** Bytes of a nonce. */
export const AEAD_NONCE_BYTES = 12;
/** Bytes by which a sealed message is longer than the plain one. */
export const AEAD_TAG_BYTES = 16;
const KEY_BYTES = 32;

/** ChaCha20-Poly1305 as a platform offers it. */
export interface PlatformCipher {
  seal(plain: Uint8Array, nonce: Uint8Array, key: Uint8Array): Uint8Array;
  /** Null when the tag is another one; `sealed` has 16 bytes at least. */
  unseal(sealed: Uint8Array, nonce: Uint8Array, key: Uint8Array): Uint8Array | null;
}

/** The platform's seals, behind the same function: ten times faster than JavaScript, and held equal to it by tests. */
export function platformAead(platform: PlatformCipher): Aead {
  return {
    seal: (plain, nonce, key) => platform.seal(plain, checked(nonce), keyBytes(key)),
    unseal: (sealed, nonce, key) => {
      const [by, secret] = [checked(nonce), keyBytes(key)];
      return sealed.length < AEAD_TAG_BYTES ? null : platform.unseal(sealed, by, secret);
    },
  };
}

/** Seals in JavaScript, everywhere. */
export const portableAead: Aead = platformAead({
  seal: (plain, nonce, key) => chacha20poly1305(key, nonce).encrypt(plain),
  unseal: (sealed, nonce, key) => {
    try {
      return chacha20poly1305(key, nonce).decrypt(sealed);
    } catch {
      return null;
    }
  },
});

/** Some platforms take shorter nonces, and each fills them up in its own way. */
function checked(nonce: Uint8Array): Uint8Array {
  if (nonce.length !== AEAD_NONCE_BYTES) throw new RangeError("a nonce of sealed mail has 12 bytes: make it with nonceOf");
  return nonce;
}

function keyBytes(key: Secret): Uint8Array {
  const bytes = key.reveal();
  if (bytes.length !== KEY_BYTES) throw new RangeError("a key of sealed mail has 32 bytes: make it with sessionKey");
  return bytes;
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
  const nonce = new Uint8Array(AEAD_NONCE_BYTES);
  const view = new DataView(nonce.buffer);
  view.setUint32(0, exchange);
  view.setUint16(4, from);
  view.setUint16(6, to);
  return nonce;
}

function isBelow(number: number, limit: number): boolean {
  return Number.isInteger(number) && number >= 0 && number < limit;
}
