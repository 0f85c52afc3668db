import { createHash } from "node:crypto";
import type { SignatureScheme } from "@tutti/envelope";
import { scheme } from "@tutti/platform";

const MOST = 20_000;

/** The platform's signatures, each looked at once: in a simulated network twelve agents verify what another one in the same process has just signed. */
export function rememberedSignatures(): SignatureScheme {
  const verdicts = new Map<string, boolean>();
  const nameOf = (message: Uint8Array, signature: Uint8Array, key: Uint8Array): string =>
    createHash("sha256").update(signature).update(key).update(message).digest("base64");
  return {
    sign: (message, secretKey) => scheme.sign(message, secretKey),
    verify: (message, signature, publicKey) => {
      const name = nameOf(message, signature, publicKey);
      const known = verdicts.get(name);
      if (known !== undefined) return known;
      if (verdicts.size >= MOST) verdicts.clear();
      const verdict = scheme.verify(message, signature, publicKey);
      verdicts.set(name, verdict);
      return verdict;
    },
  };
}
