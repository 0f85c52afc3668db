import nacl from "tweetnacl";
import { isSoundPublicKey, isSoundSignature } from "./ed25519.ts";
import type { Secret } from "./secret.ts";

/** Ed25519 (RFC 8032) signatures; every implementation of it accepts exactly the same. */
export interface SignatureScheme {
  /**
   * The 64-byte signature of a message, the same each time. The secret key is the 64 bytes of `Identity.secretKey`. Throws a RangeError for
   * another length.
   */
  sign(message: Uint8Array, secretKey: Secret): Uint8Array;
  /**
   * Whether it is that key's signature of the message; the public key is 32 bytes. Wrong lengths, a second form of the same signature, and
   * keys under which a signature proves nothing (points of small order) are just false; it never throws.
   */
  verify(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean;
}

/** Signatures in JavaScript, everywhere; some milliseconds each. */
export const tweetnaclScheme: SignatureScheme = {
  sign: (message, secretKey) => nacl.sign.detached(message, signingKey(secretKey)),
  verify: (message, signature, publicKey) =>
    isSoundSignature(signature) && isSoundPublicKey(publicKey) && nacl.sign.detached.verify(message, signature, publicKey),
};

/** Ed25519 as a platform offers it, for keys in their standard encodings of RFC 8410. */
export interface PlatformEd25519 {
  /** @param pkcs8 the secret key, DER */
  sign(pkcs8: Uint8Array, message: Uint8Array): Uint8Array;
  /** @param spki the public key, DER */
  verify(spki: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

/** The platform's signatures, behind the same function: a hundred times faster than JavaScript, and held equal to it by tests. */
export function platformScheme(platform: PlatformEd25519): SignatureScheme {
  return {
    sign: (message, secretKey) => {
      const pkcs8 = led(PKCS8_PREFIX, signingKey(secretKey).subarray(0, 32));
      try {
        return Uint8Array.from(platform.sign(pkcs8, message));
      } finally {
        pkcs8.fill(0);
      }
    },
    verify: (message, signature, publicKey) => {
      if (!isSoundSignature(signature) || !isSoundPublicKey(publicKey)) return false;
      try {
        return platform.verify(led(SPKI_PREFIX, publicKey), message, signature);
      } catch {
        return false; // a key that is no point of the curve
      }
    },
  };
}

/** SEQUENCE { INTEGER 0, SEQUENCE { OID 1.3.101.112 }, OCTET STRING { OCTET STRING of 32 bytes, which follow } }: RFC 8410 §7. */
const PKCS8_PREFIX = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
/** SEQUENCE { SEQUENCE { OID 1.3.101.112 }, BIT STRING of 32 bytes, which follow }: RFC 8410 §4. */
const SPKI_PREFIX = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

function led(prefix: readonly number[], key: Uint8Array): Uint8Array {
  const der = new Uint8Array(prefix.length + key.length);
  der.set(prefix);
  der.set(key, prefix.length);
  return der;
}

function signingKey(secretKey: Secret): Uint8Array {
  const bytes = secretKey.reveal();
  if (bytes.length !== nacl.sign.secretKeyLength) throw new RangeError("a signing key has 64 bytes: make one with createIdentity");
  return bytes;
}
