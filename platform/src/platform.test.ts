import { expect, test } from "vitest";
import { createIdentity, sha256 as portableSha256, toUtf8, tweetnaclScheme } from "@tutti/envelope";
import { random, scheme, sha256 } from "./index.ts";

test("the platform's signatures and hashes are the portable ones, also from a key that is kept", () => {
  const one = createIdentity("one", random);
  const other = createIdentity("other", random);
  for (const message of ["", "a", "b"].map(toUtf8)) {
    expect(sha256(message)).toEqual(Buffer.from(portableSha256(message)));
    for (const { secretKey, publicKey } of [one, other]) {
      const signature = scheme.sign(message, secretKey);
      expect(signature).toEqual(tweetnaclScheme.sign(message, secretKey));
      expect(scheme.verify(message, signature, publicKey)).toBe(true);
    }
    expect(scheme.verify(message, scheme.sign(message, one.secretKey), other.publicKey)).toBe(false);
  }
});

test("no byte of the pool is given twice, and what is given is the receiver's own", () => {
  const drawn = Array.from({ length: 6_000 }, () => random(16));
  expect(new Set(drawn.map((bytes) => Buffer.from(bytes).toString("hex"))).size).toBe(drawn.length);
  expect(new Set(drawn.map(({ buffer }) => buffer)).size).toBe(drawn.length);
  expect([0, 1, 16_384, 16_385, 200_000].map((bytes) => random(bytes).length)).toEqual([0, 1, 16_384, 16_385, 200_000]);
});
