import { partyNameSchema } from "./identity.ts";
import { LABELS } from "./label.ts";

/**
 * What a request's signature covers, in this order. Neither `@authority` nor `@target-uri`: proxies of hospitals end TLS and rewrite host and
 * scheme. That a request counts at one receiver only is in the signed field `tutti-audience` instead.
 */
export const COVERED = ["@method", "@path", "@query", "content-digest", "tutti-audience"] as const;

/** The parameters of a request's signature. There is no `alg`: keys are Ed25519, whatever a message says. */
export interface SignatureParameters {
  /** Seconds since 1970, whole. */
  readonly createdSeconds: number;
  /** Seconds since 1970, whole; later than `createdSeconds`. */
  readonly expiresSeconds: number;
  /** 16 to 64 bytes in base64url. */
  readonly nonce: string;
  /** The name of the party that signs. */
  readonly keyid: string;
}

const LIST = `(${COVERED.map((identifier) => `"${identifier}"`).join(" ")})`;
const PARAMETERS =
  /^;created=([1-9]\d{0,11});expires=([1-9]\d{0,11});nonce="([A-Za-z0-9_-]{22,86})";keyid="([A-Za-z0-9%_.!~*'()-]{1,567})";tag="([a-z0-9/-]{1,40})"$/;

/** The inner list and parameters as they stand in `Signature-Input` and in the last line of the signature base, RFC 9421 §2.3. */
export function inputOf({ createdSeconds, expiresSeconds, nonce, keyid }: SignatureParameters): string {
  return `${LIST};created=${createdSeconds};expires=${expiresSeconds};nonce="${nonce}";keyid="${nameInField(keyid)}";tag="${LABELS.httpRequest}"`;
}

/**
 * Reads what `inputOf` writes, and nothing else that structured fields (RFC 9651) would allow: both ends are this code, so one meaning has
 * one text. Null for any other.
 */
export function readInput(text: string): SignatureParameters | null {
  if (!text.startsWith(LIST)) return null;
  const found = PARAMETERS.exec(text.slice(LIST.length));
  if (found === null) return null;
  const [, created, expires, nonce, field, tag] = found;
  const keyid = nameFromField(field!);
  if (keyid === null || tag !== LABELS.httpRequest) return null;
  return { createdSeconds: Number(created), expiresSeconds: Number(expires), nonce: nonce!, keyid };
}

/** A party's name where HTTP allows ASCII only: percent-encoded. */
export function nameInField(name: string): string {
  return encodeURIComponent(name);
}

function nameFromField(field: string): string | null {
  try {
    const name = decodeURIComponent(field);
    return nameInField(name) === field && partyNameSchema.safeParse(name).success ? name : null;
  } catch {
    return null;
  }
}
