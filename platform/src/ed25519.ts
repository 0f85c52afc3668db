import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from "node:crypto";
import { type PlatformEd25519, platformScheme, type SignatureScheme } from "@tutti/envelope";

/** Imported keys kept at most; a network has fewer. */
const MAX_KEYS = 4_096;

/** Node's Ed25519, behind the same function as the portable one; importing a key takes longer than using it, so imported keys are kept. */
export const scheme: SignatureScheme = platformScheme(keptKeys());

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
