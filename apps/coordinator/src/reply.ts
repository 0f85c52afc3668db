import type { Problem } from "@tutti/protocol";

/**
 * Fields of every answer: nothing here is for a browser to show, frame, sniff or keep. All that `hono/secure-headers` would set, as a constant: every
 * answer is made in this file, and on the path of a query a middleware that rewrites fields costs more than the answer. `Strict-Transport-Security`
 * counts for answers over TLS only (RFC 6797 §7.2), so it may always be there.
 */
const ALWAYS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "origin-agent-cluster": "?1",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=31536000",
  "x-content-type-options": "nosniff",
  "x-dns-prefetch-control": "off",
  "x-download-options": "noopen",
  "x-frame-options": "DENY",
  "x-permitted-cross-domain-policies": "none",
  "x-xss-protection": "0",
};
const JSON_HEADERS = { ...ALWAYS, "content-type": "application/json" };
const OCTET_HEADERS = { ...ALWAYS, "content-type": "application/octet-stream" };
const PROBLEM_HEADERS = { ...ALWAYS, "content-type": "application/problem+json" };

/** An answer in JSON. */
export function json(value: unknown, status: 200 | 201 = 200): Response {
  return new Response(JSON.stringify(value), { status, headers: JSON_HEADERS });
}

/** An answer in bytes; null is "not yet", 202 without a body. */
export function octets(bytes: Uint8Array | null): Response {
  if (bytes === null) return new Response(null, { status: 202, headers: ALWAYS });
  return new Response(bytes as Uint8Array<ArrayBuffer>, { headers: OCTET_HEADERS });
}

/** A problem, RFC 9457. `retryAfterMs` goes into `Retry-After` (RFC 9110 §10.2.3), in whole seconds, when there is any. */
export function problemReply(problem: Problem, retryAfterMs = 0): Response {
  const headers = {
    ...PROBLEM_HEADERS,
    ...(problem.status === 401 ? { "www-authenticate": "Bearer" } : {}),
    ...(retryAfterMs > 0 ? { "retry-after": String(Math.ceil(retryAfterMs / 1_000)) } : {}),
  };
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
}

/** An answer that was made elsewhere, with the fields that every answer has. */
export function secured(response: Response): Response {
  for (const [name, value] of Object.entries(ALWAYS)) response.headers.set(name, value);
  return response;
}
