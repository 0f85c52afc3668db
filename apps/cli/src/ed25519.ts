import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { platformScheme, type SignatureScheme } from "@tutti/envelope";

/** The platform's Ed25519. */
export const scheme: SignatureScheme = platformScheme({
  sign: (pkcs8, message) => sign(null, message, createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" })),
  verify: (spki, message, signature) =>
    verify(null, message, createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" }), signature),
});
