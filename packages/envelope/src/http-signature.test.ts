import { expect, test } from "vitest";
import * as fc from "fast-check";
import { toBase64 } from "./base64.ts";
import { contentDigest } from "./content-digest.ts";
import type { HttpRequest } from "./http-request.ts";
import { demandDigest, HttpSignatureFault, signRequest, verifyHead, verifyRequest } from "./http-signature.ts";
import type { Identity } from "./identity.ts";
import { tweetnaclScheme as scheme } from "./signature.ts";
import { toUtf8 } from "./text.ts";
import { party } from "./trial.ts";

const lyon = party("Hôpital de Lyon");
const request: HttpRequest = { method: "POST", target: "/v1/sessions/s1/bundle?exchange=3", body: toUtf8('{"hello": "world"}') };
const nonce = Uint8Array.from({ length: 16 }, (_, i) => i);
const signing = { audience: "coordinator", nowSeconds: 1_000, ttlSeconds: 60, nonce };
const signed = headersOf(request, lyon);

type Fields = Readonly<Record<string, string>>;

function headersOf(some: HttpRequest, identity: Identity, more: Partial<typeof signing> = {}): Fields {
  return { ...signRequest(some, identity, { ...signing, ...more }, scheme) };
}

interface Arrival extends Partial<HttpRequest> {
  readonly headers?: Fields;
  readonly audience?: string;
  readonly nowSeconds?: number;
}

const lookup = (keyid: string): Uint8Array | null => (keyid === lyon.name ? lyon.publicKey : null);

function arriving({ headers = signed, audience = "coordinator", nowSeconds = 1_010, ...altered }: Arrival): () => unknown {
  const fields = new Map(Object.entries(headers));
  return () => verifyRequest({ ...request, ...altered, headers: fields }, lookup, { audience, nowSeconds, skewSeconds: 5 }, scheme);
}

function fault(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof HttpSignatureFault) return error.kind;
    throw error;
  }
  return "none";
}

test("a signed request says who sent it, and until when its nonce matters", () => {
  expect(arriving({})()).toEqual({ keyid: "Hôpital de Lyon", nonce: "AAECAwQFBgcICQoLDA0ODw", expiresSeconds: 1_060 });
});

test("the fields are those of the profile", () => {
  expect(signed).toEqual({
    "content-digest": "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:",
    "tutti-audience": "coordinator",
    "signature-input":
      'tutti=("@method" "@path" "@query" "content-digest" "tutti-audience");created=1000;expires=1060;nonce="AAECAwQFBgcICQoLDA0ODw"' +
      ';keyid="H%C3%B4pital%20de%20Lyon";tag="tutti/1/http-request"',
    signature: expect.stringMatching(/^tutti=:[A-Za-z0-9+/]{86}==:$/),
  });
});

/** The signed fields with a part of one of them replaced. */
function replaced(name: string, part: string | RegExp, by: string): Fields {
  const field = signed[name]!.replace(part, by);
  expect(field).not.toBe(signed[name]);
  return { ...signed, [name]: field };
}
const without = (name: string): Fields => Object.fromEntries(Object.entries(signed).filter(([key]) => key !== name));
const input = (part: string | RegExp, by: string): Arrival => ({ headers: replaced("signature-input", part, by) });

test.each<[string, Arrival, string]>([
  ["nothing wrong", {}, "none"],
  ["no signature", { headers: without("signature") }, "missing"],
  ["no input", { headers: without("signature-input") }, "missing"],
  ["no digest", { headers: without("content-digest") }, "shape"],
  ["no audience", { headers: without("tutti-audience") }, "audience"],
  ["another method", { method: "PUT" }, "signature"],
  ["a method in small letters", { method: "post" }, "shape"],
  ["another path", { target: "/v1/sessions/s2/bundle?exchange=3" }, "signature"],
  ["another query", { target: "/v1/sessions/s1/bundle?exchange=4" }, "signature"],
  ["no query", { target: "/v1/sessions/s1/bundle" }, "signature"],
  ["a part of the path moved to the query", { target: "/v1/sessions/s1?/bundle?exchange=3" }, "signature"],
  ["a target with a host", { target: "https://example.com/v1" }, "shape"],
  ["another body", { body: toUtf8('{"hello": "World"}') }, "digest"],
  ["no body", { body: new Uint8Array() }, "digest"],
  [
    "another body with its digest",
    { body: new Uint8Array(), headers: { ...signed, "content-digest": contentDigest(new Uint8Array()) } },
    "signature",
  ],
  ["another receiver", { audience: "Necker" }, "audience"],
  ["a receiver put in on the way", { audience: "Necker", headers: replaced("tutti-audience", "coordinator", "Necker") }, "signature"],
  ["the last second", { nowSeconds: 1_064 }, "none"],
  ["one second too late", { nowSeconds: 1_065 }, "time"],
  ["a clock that is slow", { nowSeconds: 995 }, "none"],
  ["a clock that is too slow", { nowSeconds: 994 }, "time"],
  ["a longer life", input("expires=1060", "expires=1300"), "signature"],
  ["a life that is too long", input("expires=1060", "expires=1301"), "time"],
  ["no life", { ...input("expires=1060", "expires=1000"), nowSeconds: 1_000 }, "time"],
  ["another nonce", input("AAEC", "BAEC"), "signature"],
  ["a short nonce", input("AAECAwQFBgcICQoLDA0ODw", "AAEC"), "shape"],
  ["nobody's key", input("H%C3%B4pital", "Hospital"), "key"],
  ["a name in another spelling", input("%20de", "%20%64e"), "shape"],
  ["half a name", input("%C3%B4", "%C3"), "shape"],
  ["another version", input("tutti/1/", "tutti/2/"), "shape"],
  ["another label of ours", input("tutti/1/http-request", "tutti/1/offer"), "shape"],
  ["fewer components", input(' "content-digest"', ""), "shape"],
  ["other spacing", input(";created", "; created"), "shape"],
  ["another order", input(/(;created=\d+)(;expires=\d+)/, "$2$1"), "shape"],
  ["an algorithm", input(";tag", ';alg="hmac-sha256";tag'), "shape"],
  ["a time with a fraction", input("created=1000", "created=1000.0"), "shape"],
  ["two signatures", { headers: { ...signed, signature: `${signed["signature"]}, ${signed["signature"]}` } }, "shape"],
  ["another digest algorithm", { headers: replaced("content-digest", "sha-256", "sha-512") }, "shape"],
  [
    "a signature of another request",
    { headers: { ...headersOf({ ...request, method: "PUT" }, lyon), ...without("signature") } },
    "signature",
  ],
  ["a signature of another party", { headers: { ...signed, signature: headersOf(request, party("Necker"))["signature"]! } }, "signature"],
])("%s", (_, arrival, expected) => {
  expect(fault(arriving(arrival))).toBe(expected);
});

test("who sent a request is known before its body, and the body is held to the digest that was signed", () => {
  const { method, target } = request;
  const checked = { audience: "coordinator", nowSeconds: 1_010, skewSeconds: 5 };
  const head = verifyHead({ method, target, headers: new Map(Object.entries(signed)) }, lookup, checked, scheme);
  expect(head).toEqual({
    keyid: lyon.name,
    nonce: "AAECAwQFBgcICQoLDA0ODw",
    expiresSeconds: 1_060,
    digest: contentDigest(request.body),
  });
  expect(fault(() => demandDigest(head, request.body))).toBe("none");
  expect(fault(() => demandDigest(head, toUtf8("another")))).toBe("digest");
});

test("an altered character in any field is a fault", () => {
  const change = fc.tuple(fc.constantFrom(...Object.keys(signed)), fc.nat(), fc.constantFrom(...'A0=;:", é%\n'));
  fc.assert(
    fc.property(change, ([name, at, character]) => {
      const field = signed[name]!;
      const i = at % field.length;
      const altered = field.slice(0, i) + character + field.slice(i + 1);
      return altered === field || fault(arriving({ headers: { ...signed, [name]: altered } })) !== "none";
    }),
    { numRuns: 200 },
  );
});

test("anything at all is a fault", () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(...Object.values(signed)));
  const fields = fc.record(
    { "signature-input": text, signature: text, "content-digest": text, "tutti-audience": text },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fields, fc.string(), fc.string(), (headers, method, target) => fault(arriving({ headers, method, target })) !== "none"),
  );
});

test.each<[string, Partial<HttpRequest>, Partial<typeof signing>]>([
  ["a target without a path", { target: "?a=1" }, {}],
  ["a dot segment", { target: "/v1/../v2" }, {}],
  ["an encoded dot segment", { target: "/v1/%2E%2e" }, {}],
  ["a character that URLs encode", { target: "/v1/é" }, {}],
  ["a quote that URLs encode in a query", { target: "/v1?a='" }, {}],
  ["a fragment", { target: "/v1#a" }, {}],
  ["a line break", { target: "/v1\n" }, {}],
  ["a method in small letters", { method: "get" }, {}],
  ["half a second", {}, { nowSeconds: 0.5 }],
  ["too long a life", {}, { ttlSeconds: 301 }],
  ["a short nonce", {}, { nonce: new Uint8Array(15) }],
])("%s is not signed", (_, altered, more) => {
  expect(() => headersOf({ ...request, ...altered }, lyon, more)).toThrow(RangeError);
});

test("a request without query and body can be signed too", () => {
  const plain: HttpRequest = { method: "GET", target: "/", body: new Uint8Array() };
  expect(fault(arriving({ ...plain, headers: headersOf(plain, lyon) }))).toBe("none");
});

test("the platform's SHA-256 may stand in", () => {
  const fields = signRequest(request, lyon, { ...signing, sha256: () => new Uint8Array(32) }, scheme);
  expect(fields["content-digest"]).toBe(`sha-256=:${toBase64(new Uint8Array(32))}:`);
});
