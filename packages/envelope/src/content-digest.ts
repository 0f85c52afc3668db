import { toBase64 } from "./base64.ts";
import { type Sha256, sha256 } from "./digest.ts";

/**
 * The `Content-Digest` field of a body, RFC 9530 §2: `sha-256=:…:`. An empty body has one too.
 * @param hash the platform's SHA-256, for large bodies
 */
export function contentDigest(body: Uint8Array, hash: Sha256 = sha256): string {
  return `sha-256=:${toBase64(hash(body))}:`;
}
