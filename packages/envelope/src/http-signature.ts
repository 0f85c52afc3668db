import { fromBase64, toBase64, toBase64Url } from "./base64.ts";
import { contentDigest } from "./content-digest.ts";
import type { Sha256 } from "./digest.ts";
import { componentsOf, type HttpRequest, isSignable, type SignedHttpRequest } from "./http-request.ts";
import type { Identity } from "./identity.ts";
import type { SignatureScheme } from "./signature.ts";
import { signatureBase } from "./signature-base.ts";
import { inputOf, nameInField, readInput, type SignatureParameters } from "./signature-input.ts";

/** The fields that make a request a signed one, by lower-case name. */
export interface SignatureFields {
  readonly "content-digest": string;
  readonly "tutti-audience": string;
  readonly "signature-input": string;
  readonly signature: string;
}

/** How a request is signed. */
export interface Signing {
  /** The name of the party that it is for. */
  readonly audience: string;
  /** Seconds since 1970, whole. */
  readonly nowSeconds: number;
  /** For how long it counts: 1 … MAX_TTL_SECONDS. */
  readonly ttlSeconds: number;
  /** 16 to 64 random bytes, never used before. */
  readonly nonce: Uint8Array;
  /** The platform's SHA-256, for large bodies. */
  readonly sha256?: Sha256 | undefined;
}

/** What comes of a request before its body: enough to say who sent it. */
export type SignedHttpHead = Omit<SignedHttpRequest, "body">;

/** How a request is checked. */
export interface Verification {
  /** The name of the party that checks. */
  readonly audience: string;
  /** Seconds since 1970. */
  readonly nowSeconds: number;
  /** How far the clocks of both may differ. */
  readonly skewSeconds: number;
  readonly sha256?: Sha256 | undefined;
}

/** Who signed a request. The receiver refuses a nonce that it has seen of that party, and may forget it after `expiresSeconds` plus skew. */
export interface Verified {
  readonly keyid: string;
  readonly nonce: string;
  readonly expiresSeconds: number;
}

/** Who signed a request whose body is still to come, and the digest that the body must have. */
export interface VerifiedHead extends Verified {
  /** The signed `Content-Digest`. */
  readonly digest: string;
}

/** A request counts for at most this long, so that a receiver need not remember nonces for longer. */
export const MAX_TTL_SECONDS = 300;

const SIGNATURE_LABEL = "tutti";
/** Why a signed request does not count. */
export class HttpSignatureFault extends Error {
  /**
   * - `missing`: no signature
   * - `shape`: fields, or a request, outside the profile
   * - `time`: expired, from the future, or valid for too long
   * - `audience`: for somebody else
   * - `key`: nobody known by that name
   * - `signature`: does not hold
   * - `digest`: the body is not the one that was signed
   */
  readonly kind: "missing" | "shape" | "time" | "audience" | "key" | "signature" | "digest";

  constructor(kind: HttpSignatureFault["kind"], message: string) {
    super(message);
    this.name = "HttpSignatureFault";
    this.kind = kind;
  }
}

/**
 * The fields that sign a request: RFC 9421 with Ed25519 over method, path, query, audience and the body's digest (RFC 9530). Throws a
 * RangeError for a target, method, time or nonce out of range.
 */
export function signRequest(request: HttpRequest, identity: Identity, signing: Signing, scheme: SignatureScheme): SignatureFields {
  demandSignable(request, signing);
  const digest = contentDigest(request.body, signing.sha256);
  const audience = nameInField(signing.audience);
  const parameters = inputOf({
    createdSeconds: signing.nowSeconds,
    expiresSeconds: signing.nowSeconds + signing.ttlSeconds,
    nonce: toBase64Url(signing.nonce),
    keyid: identity.name,
  });
  const signature = scheme.sign(signatureBase(componentsOf(request, digest, audience), parameters), identity.secretKey);
  return {
    "content-digest": digest,
    "tutti-audience": audience,
    "signature-input": `${SIGNATURE_LABEL}=${parameters}`,
    signature: `${SIGNATURE_LABEL}=:${toBase64(signature)}:`,
  };
}

/**
 * Who signed a request, from its request line and fields alone: whoever can't be let in is known before a byte of the body is read. Checked
 * against the key that `lookup` knows under that name. The caller then refuses a nonce that was used, and holds the body to `digest` by
 * `demandDigest`.
 * @throws HttpSignatureFault, and nothing else
 */
export function verifyHead(
  request: SignedHttpHead,
  lookup: (keyid: string) => Uint8Array | null,
  verification: Verification,
  scheme: SignatureScheme,
): VerifiedHead {
  const { input, signature, digest, audience } = fieldsOf(request);
  const parameters = readInput(input);
  if (parameters === null || !isSignable(request)) throw unlikeProfile();
  demandTimely(parameters, verification);
  if (audience !== nameInField(verification.audience)) {
    throw new HttpSignatureFault("audience", "the request was signed for another receiver: sign it with the name of this one");
  }
  const key = lookup(parameters.keyid);
  if (key === null) throw new HttpSignatureFault("key", "no key is known by the name that signed the request: check the roster");
  if (!scheme.verify(signatureBase(componentsOf(request, digest, audience), input), signature, key)) {
    throw new HttpSignatureFault(
      "signature",
      "the signature of the request does not hold: it was altered on its way, or signed with another key",
    );
  }
  return { keyid: parameters.keyid, nonce: parameters.nonce, expiresSeconds: parameters.expiresSeconds, digest };
}

/** Holds a body to the digest that was signed, RFC 9530. Throws an HttpSignatureFault `digest` for another body. */
export function demandDigest({ digest }: Pick<VerifiedHead, "digest">, body: Uint8Array, hash?: Sha256): void {
  if (contentDigest(body, hash) !== digest) {
    throw new HttpSignatureFault("digest", "the body of the request is not the one that was signed: something on its way altered it");
  }
}

/**
 * Who signed a request, head and body at once. It does not know which nonces were used: that is the caller's, with what it returns.
 * @throws HttpSignatureFault, and nothing else
 */
export function verifyRequest(
  request: SignedHttpRequest,
  lookup: (keyid: string) => Uint8Array | null,
  verification: Verification,
  scheme: SignatureScheme,
): Verified {
  const { digest, ...verified } = verifyHead(request, lookup, verification, scheme);
  demandDigest({ digest }, request.body, verification.sha256);
  return verified;
}

function fieldsOf({ headers }: SignedHttpHead): { input: string; signature: Uint8Array; digest: string; audience: string } {
  const input = headers.get("signature-input") ?? null;
  const signature = headers.get("signature") ?? null;
  if (input === null || signature === null) {
    throw new HttpSignatureFault("missing", "the request is not signed: send Signature-Input and Signature (RFC 9421)");
  }
  const digest = headers.get("content-digest") ?? "";
  const audience = headers.get("tutti-audience") ?? "";
  const bytes = signatureBytes(signature);
  const start = `${SIGNATURE_LABEL}=`;
  if (bytes === null || !input.startsWith(start) || !/^sha-256=:[A-Za-z0-9+/]{43}=:$/.test(digest)) throw unlikeProfile();
  return { input: input.slice(start.length), signature: bytes, digest, audience };
}

function signatureBytes(field: string): Uint8Array | null {
  const found = /^tutti=:([A-Za-z0-9+/]{86}==):$/.exec(field);
  try {
    return found === null ? null : fromBase64(found[1]!);
  } catch {
    return null;
  }
}

function demandTimely({ createdSeconds, expiresSeconds }: SignatureParameters, { nowSeconds, skewSeconds }: Verification): void {
  if (expiresSeconds <= createdSeconds || expiresSeconds - createdSeconds > MAX_TTL_SECONDS) {
    throw new HttpSignatureFault("time", `the signature is not valid for 1 to ${MAX_TTL_SECONDS} seconds: sign the request again`);
  }
  if (createdSeconds > nowSeconds + skewSeconds) {
    throw new HttpSignatureFault("time", "the signature is from the future: set the clock of the machine that signed it");
  }
  if (nowSeconds >= expiresSeconds + skewSeconds) {
    throw new HttpSignatureFault("time", "the signature has expired: sign the request again, and check the clocks if this goes on");
  }
}

function demandSignable(request: HttpRequest, { nowSeconds, ttlSeconds, nonce }: Signing): void {
  if (!isSignable(request)) {
    throw new RangeError(
      "a signed request has a method in capitals and a target such as /path?query, percent-encoded, without dot segments",
    );
  }
  if (!Number.isSafeInteger(nowSeconds) || nowSeconds <= 0) throw new RangeError("the time is in whole seconds since 1970");
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > MAX_TTL_SECONDS) {
    throw new RangeError(`a signature is valid for 1 to ${MAX_TTL_SECONDS} whole seconds`);
  }
  if (nonce.length < 16 || nonce.length > 64) throw new RangeError("a nonce has 16 to 64 random bytes");
}

function unlikeProfile(): HttpSignatureFault {
  return new HttpSignatureFault("shape", "the request is not signed as this network signs: send the four fields that signRequest makes");
}
