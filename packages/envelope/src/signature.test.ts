import { expect, test } from "vitest";
import { fromBase64, toBase64 } from "./base64.ts";
import { isSoundPublicKey, isSoundSignature } from "./ed25519.ts";
import { fromHex, toHex } from "./hex.ts";
import { createIdentity } from "./identity.ts";
import { Secret } from "./secret.ts";
import { platformScheme, tweetnaclScheme } from "./signature.ts";

// RFC 8032 §7.1, test 2
const identity = createIdentity("a", () => fromHex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
const message = fromHex("72");
const signature =
  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";

test("a signature is the one of the RFC", () => {
  expect(toHex(tweetnaclScheme.sign(message, identity.secretKey))).toBe(signature);
  expect(tweetnaclScheme.verify(message, fromHex(signature), identity.publicKey)).toBe(true);
});

test("a seed alone is no signing key", () => {
  expect(() => tweetnaclScheme.sign(message, new Secret(new Uint8Array(32)))).toThrow(RangeError);
});

const withS = (s: string) => isSoundSignature(fromHex("00".repeat(32) + s));

test("S runs up to L, and not further", () => {
  expect(withS("ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")).toBe(true);
  expect(withS("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")).toBe(false);
  expect(withS("ff".repeat(32))).toBe(false);
  expect(isSoundSignature(new Uint8Array(63))).toBe(false);
});

test.each([
  ["0, order 4", "00".repeat(32)],
  ["1, order 1", `01${"00".repeat(31)}`],
  ["1 with the sign of x", `01${"00".repeat(30)}80`],
  ["p − 1, order 2", `ec${"ff".repeat(30)}7f`],
  ["order 8", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"],
  ["order 8 with the sign of x", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"],
  ["the other of order 8", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"],
  ["p, for 0", `ed${"ff".repeat(30)}7f`],
  ["p + 1, for 1", `ee${"ff".repeat(30)}7f`],
  ["31 bytes", "05".repeat(31)],
])("y = %s is no public key", (_, key) => {
  expect(isSoundPublicKey(fromHex(key))).toBe(false);
});

test("a platform gets keys in the encodings of RFC 8410 §10", () => {
  const seen: string[] = [];
  const scheme = platformScheme({
    sign: (pkcs8) => {
      seen.push(toBase64(pkcs8));
      return new Uint8Array(64);
    },
    verify: (spki) => seen.push(toBase64(spki)) > 0,
  });
  const example = createIdentity("a", () => fromHex("d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842"));
  scheme.verify(message, scheme.sign(message, example.secretKey), example.publicKey);
  expect(seen).toEqual([
    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC",
    "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=",
  ]);
});

test("a platform is not asked about what both must refuse", () => {
  const scheme = platformScheme({ sign: () => new Uint8Array(64), verify: () => true });
  expect(scheme.verify(message, fromHex(signature), identity.publicKey)).toBe(true);
  expect(scheme.verify(message, new Uint8Array(64).fill(255), identity.publicKey)).toBe(false);
  expect(scheme.verify(message, fromHex(signature), new Uint8Array(32))).toBe(false);
});

test("a platform that throws says no", () => {
  const scheme = platformScheme({
    sign: () => fromBase64(""),
    verify: () => {
      throw new TypeError("not a point");
    },
  });
  expect(scheme.verify(message, fromHex(signature), identity.publicKey)).toBe(false);
});
