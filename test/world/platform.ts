import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { platformScheme, type Sha256, type SignatureScheme } from "@tutti/envelope";

/** Ed25519 of the platform: a world signs and verifies hundreds of times. */
export const scheme: SignatureScheme = platformScheme({
  sign: (pkcs8, message) =>
    sign(
      null,
      message,
      kept(pkcs8, () => createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" })),
    ),
  verify: (spki, message, signature) =>
    verify(
      null,
      message,
      kept(spki, () => createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" })),
      signature,
    ),
});

/** SHA-256 of the platform. */
export const sha256: Sha256 = (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest());

const keys = new Map<string, KeyObject>();

function kept(der: Uint8Array, make: () => KeyObject): KeyObject {
  const name = Buffer.from(der).toString("base64");
  const key = keys.get(name) ?? make();
  keys.set(name, key);
  return key;
}
