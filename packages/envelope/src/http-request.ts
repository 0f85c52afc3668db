import type { Component } from "./signature-base.ts";

/** A request to sign or to check. */
export interface HttpRequest {
  /** In capitals. */
  readonly method: string;
  /** Path and query as they stand in the request line, such as `/v1/offers?since=4`; percent-encoded, without `.` and `..` segments. */
  readonly target: string;
  /** The content as sent, before any content coding; empty when there is none. */
  readonly body: Uint8Array;
}

/** A request with its header fields: the `Headers` of fetch, or a map from lower-case names. */
export interface SignedHttpRequest extends HttpRequest {
  readonly headers: { get(name: string): string | null | undefined };
}

/** What no URL parser rewrites: RFC 3986 without the quote, which parsers encode in a query. */
const TARGET = /^\/[A-Za-z0-9._~!$&()*+,;=:@%/-]*(?:\?[A-Za-z0-9._~!$&()*+,;=:@%/?-]*)?$/;
const DOT_SEGMENT = /\/(?:\.|%2e){1,2}(?:[/?]|$)/i;

/** Whether a request can be signed: a method in capitals, a target of at most 2,048 characters that arrives as it was sent. */
export function isSignable({ method, target }: Pick<HttpRequest, "method" | "target">): boolean {
  return /^[A-Z]{1,16}$/.test(method) && target.length <= 2_048 && TARGET.test(target) && !DOT_SEGMENT.test(target);
}

/** The values that its signature covers, RFC 9421 §2.2 and RFC 9530. */
export function componentsOf(
  { method, target }: Pick<HttpRequest, "method" | "target">,
  digest: string,
  audience: string,
): readonly Component[] {
  const query = target.indexOf("?");
  return [
    ["@method", method],
    ["@path", query < 0 ? target : target.slice(0, query)],
    ["@query", query < 0 ? "?" : target.slice(query)],
    ["content-digest", digest],
    ["tutti-audience", audience],
  ];
}
