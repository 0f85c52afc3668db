import { createPrivateKey, createPublicKey, hash, type KeyObject, randomFillSync, sign, verify } from "node:crypto";
import { type PlatformEd25519, platformScheme, type Random, type Sha256, type SignatureScheme } from "@tutti/envelope";

/** Imported keys kept at most; a network has fewer. */
const MAX_KEYS = 2_048;
const POOL_BYTES = 65_536;

/** Node's SHA-256. */
export const sha256: Sha256 = (bytes) => hash("sha256", bytes, "buffer");

/** Node's Ed25519; importing a key takes longer than using it, so imported keys are kept. */
export const scheme: SignatureScheme = platformScheme(keptKeys());

/** Node's cryptographic randomness, drawn ahead: each byte is given once, and forgotten here. */
export const random: Random = pooled();

function keptKeys(): PlatformEd25519 {
  const kept = new Map<string, KeyObject>();
  const keyOf = (der: Uint8Array, load: (der: Buffer) => KeyObject): KeyObject => {
    // By digest, so that no secret key stays behind as text.
    const id = hash("sha256", der, "base64");
    let key = kept.get(id);
    if (key === undefined) {
      key = load(Buffer.from(der));
      if (kept.size >= MAX_KEYS) kept.clear();
      kept.set(id, key);
    }
    return key;
  };
  return {
    sign: (pkcs8, message) =>
      sign(
        null,
        message,
        keyOf(pkcs8, (key) => createPrivateKey({ key, format: "der", type: "pkcs8" })),
      ),
    verify: (spki, message, signature) =>
      verify(
        null,
        message,
        keyOf(spki, (key) => createPublicKey({ key, format: "der", type: "spki" })),
        signature,
      ),
  };
}

function pooled(): Random {
  const pool = new Uint8Array(POOL_BYTES);
  let at = POOL_BYTES;
  return (bytes) => {
    if (bytes > POOL_BYTES / 4) return randomFillSync(new Uint8Array(bytes));
    if (at + bytes > POOL_BYTES) {
      randomFillSync(pool);
      at = 0;
    }
    const drawn = pool.slice(at, at + bytes);
    pool.fill(0, at, at + bytes);
    at += bytes;
    return drawn;
  };
}
