import type { Problem } from "@tutti/protocol";

/** Fields of every answer: nothing here is for a browser to show, frame, sniff or keep. */
const ALWAYS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
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

/** A problem, RFC 9457. */
export function problemReply(problem: Problem): Response {
  const headers = problem.status === 401 ? { ...PROBLEM_HEADERS, "www-authenticate": "Bearer" } : PROBLEM_HEADERS;
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
}
