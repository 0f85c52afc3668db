import { expect, test } from "vitest";
import { fromBase64, fromBase64Url, toBase64 } from "./base64.ts";
import { contentDigest } from "./content-digest.ts";
import { toHex } from "./hex.ts";
import { componentsOf } from "./http-request.ts";
import { HttpSignatureFault, verifyHead } from "./http-signature.ts";
import { createIdentity } from "./identity.ts";
import { tweetnaclScheme as scheme } from "./signature.ts";
import { type Component, signatureBase } from "./signature-base.ts";
import { fromUtf8, toUtf8 } from "./text.ts";

// What RFC 9421 and RFC 9530 print for the parts that are implemented here: the signature base, Ed25519, and sha-256 digests.

/** The key of RFC 9421, appendix B.1.4. */
const key = createIdentity("test-key-ed25519", () => fromBase64Url("n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU"));

test("the key of RFC 9421 §B.1.4 has the public key that stands beside it", () => {
  expect(toHex(key.publicKey)).toBe(toHex(fromBase64Url("JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs")));
});

interface Vector {
  readonly section: string;
  readonly components: readonly Component[];
  readonly parameters: string;
  readonly base: string;
  readonly signature: string;
}

const VECTORS: readonly Vector[] = [
  {
    section: "§B.2.6, a request",
    components: [
      ["date", "Tue, 20 Apr 2021 02:07:55 GMT"],
      ["@method", "POST"],
      ["@path", "/foo"],
      ["@authority", "example.com"],
      ["content-type", "application/json"],
      ["content-length", "18"],
    ],
    parameters: '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
    base: [
      '"date": Tue, 20 Apr 2021 02:07:55 GMT',
      '"@method": POST',
      '"@path": /foo',
      '"@authority": example.com',
      '"content-type": application/json',
      '"content-length": 18',
      '"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
    ].join("\n"),
    signature: "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==",
  },
  {
    section: "§B.4, a request that is transformed on its way",
    components: [
      ["@method", "GET"],
      ["@path", "/demo"],
      ["@authority", "example.org"],
      ["accept", "application/json, */*"],
    ],
    parameters: '("@method" "@path" "@authority" "accept");created=1618884473;keyid="test-key-ed25519"',
    base: [
      '"@method": GET',
      '"@path": /demo',
      '"@authority": example.org',
      '"accept": application/json, */*',
      '"@signature-params": ("@method" "@path" "@authority" "accept");created=1618884473;keyid="test-key-ed25519"',
    ].join("\n"),
    signature: "ZT1kooQsEHpZ0I1IjCqtQppOmIqlJPeo7DHR3SoMn0s5JZ1eRGS0A+vyYP9t/LXlh5QMFFQ6cpLt2m0pmj3NDA==",
  },
];

test.each(VECTORS)("RFC 9421 $section: the base, the signature over it, and its check", ({ components, parameters, base, signature }) => {
  const made = signatureBase(components, parameters);
  expect(fromUtf8(made)).toBe(base);
  expect(toBase64(scheme.sign(made, key.secretKey))).toBe(signature);
  expect(scheme.verify(made, fromBase64(signature), key.publicKey)).toBe(true);
  expect(scheme.verify(toUtf8(base.replace("1618884473", "1618884474")), fromBase64(signature), key.publicKey)).toBe(false);
});

test.each([
  ["§2.2.1 and §2.2.6, method and path", "POST", "/path?param=value", { "@method": "POST", "@path": "/path" }],
  ["§2.2.7, a query", "GET", "/path?param=value&foo=bar&baz=bat%2Dman", { "@query": "?param=value&foo=bar&baz=bat%2Dman" }],
  ["§2.2.7, a query without a value", "GET", "/path?queryString", { "@query": "?queryString" }],
  ["§2.2.7, no query", "GET", "/path", { "@query": "?" }],
  ["§2.2.7, an empty query", "GET", "/path?", { "@query": "?" }],
])("RFC 9421 %s", (_, method, target, values) => {
  expect(Object.fromEntries(componentsOf({ method, target }, "", ""))).toMatchObject(values);
});

test.each([
  ["appendix B: JSON with a line break", '{"hello": "world"}\n', "RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg="],
  ["appendix B: no content", "", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="],
  ["appendix D: JSON without a line break", '{"hello": "world"}', "X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="],
])("RFC 9530 %s", (_, body, sha256) => {
  expect(contentDigest(toUtf8(body))).toBe(`sha-256=:${sha256}:`);
});

test("a request as RFC 9421 §B.2 signs it is well formed, and outside this network's profile", () => {
  const headers = new Map([
    ["content-digest", "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"],
    ["signature-input", `sig-b26=${VECTORS[0]!.parameters}`],
    ["signature", `sig-b26=:${VECTORS[0]!.signature}:`],
  ]);
  const checked = { audience: "example.com", nowSeconds: 1_618_884_473, skewSeconds: 5 };
  const check = () => verifyHead({ method: "POST", target: "/foo", headers }, () => key.publicKey, checked, scheme);
  expect(check).toThrow(HttpSignatureFault);
  expect(check).toThrow("not signed as this network signs");
});
