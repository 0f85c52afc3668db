import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { platformScheme, type Sha256, type SignatureScheme } from "@tutti/envelope";

/** Reading a key costs more than a signature, so public keys that were read are kept: a network's are few. */
const KEPT_KEYS = 4_096;

/** The platform's SHA-256. */
export const sha256: Sha256 = (bytes) => createHash("sha256").update(bytes).digest();

/** The platform's Ed25519, behind the same function as the portable one. */
export function ed25519(): SignatureScheme {
  const read = new Map<string, KeyObject>();
  const publicKey = (spki: Uint8Array): KeyObject => {
    const id = Buffer.from(spki.buffer, spki.byteOffset, spki.byteLength).toString("latin1");
    const before = read.get(id);
    if (before !== undefined) return before;
    const key = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
    if (read.size >= KEPT_KEYS) read.clear();
    read.set(id, key);
    return key;
  };
  return platformScheme({
    sign: (pkcs8, message) => sign(null, message, createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" })),
    verify: (spki, message, signature) => verify(null, message, publicKey(spki), signature),
  });
}
