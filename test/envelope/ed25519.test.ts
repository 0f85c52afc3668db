import { createIdentity, Secret, type SignatureScheme, tweetnaclScheme } from "@tutti/envelope";
import { flipped } from "@tutti/envelope/trial";
import { scheme as platform } from "@tutti/platform";
import * as fc from "fast-check";
import { expect, test } from "vitest";

const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const message = fc.uint8Array({ maxLength: 300 });
const identity = bytes32.map((seed) => createIdentity("a", () => seed));

/** What both say of a signature; they say the same. */
function verdict(signature: Uint8Array, text: Uint8Array, publicKey: Uint8Array): boolean {
  const [ours, theirs] = [tweetnaclScheme, platform].map((scheme: SignatureScheme) => scheme.verify(text, signature, publicKey));
  expect(theirs).toBe(ours);
  return ours!;
}

test("both make the same signatures, and accept them", () => {
  fc.assert(
    fc.property(identity, message, ({ publicKey, secretKey }, text) => {
      const signature = platform.sign(text, secretKey);
      expect(signature).toEqual(tweetnaclScheme.sign(text, secretKey));
      expect(verdict(signature, text, publicKey)).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test("both refuse a bit turned over anywhere", () => {
  fc.assert(
    fc.property(identity, message, fc.nat(), fc.constantFrom(0, 1, 2), ({ publicKey, secretKey }, text, bit, which) => {
      const parts = [platform.sign(text, secretKey), text, publicKey] as const;
      fc.pre(parts[which]!.length > 0);
      const [signature, altered, key] = parts.map((part, i) => (i === which ? flipped(part, bit) : part)) as [
        Uint8Array,
        Uint8Array,
        Uint8Array,
      ];
      expect(verdict(signature, altered, key)).toBe(false);
    }),
    { numRuns: 60 },
  );
});

test("both refuse the same signature with L added to S", () => {
  fc.assert(
    fc.property(identity, message, ({ publicKey, secretKey }, text) => {
      const signature = platform.sign(text, secretKey);
      const s = BigInt(`0x${Buffer.from(signature.subarray(32).toReversed()).toString("hex")}`);
      const larger = Buffer.from((s + L).toString(16).padStart(64, "0"), "hex").toReversed();
      expect(verdict(Uint8Array.of(...signature.subarray(0, 32), ...larger), text, publicKey)).toBe(false);
    }),
    { numRuns: 20 },
  );
});

test.each([
  ["the neutral point", `01${"00".repeat(31)}`],
  ["the neutral point, y + p", `ee${"ff".repeat(30)}7f`],
  ["the point of order two", `ec${"ff".repeat(30)}7f`],
  ["a point of order four", "00".repeat(32)],
  ["a point of order eight", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"],
])("both refuse the signature that needs no key, under %s", (_, key) => {
  const publicKey = Uint8Array.from(Buffer.from(key, "hex"));
  // R the neutral point, S zero: it satisfies the equation whenever the message hashes to a multiple of the key's order.
  const signature = Uint8Array.from({ length: 64 }, (_unused, i) => (i === 0 ? 1 : 0));
  for (let i = 0; i < 20; i++) expect(verdict(signature, Uint8Array.of(i), publicKey)).toBe(false);
});

test("both say the same of any key and any signature, of any length, and never throw", () => {
  const some = fc.oneof(fc.uint8Array({ maxLength: 70 }), bytes32, fc.uint8Array({ minLength: 64, maxLength: 64 }));
  fc.assert(
    fc.property(some, message, some, (signature, text, publicKey) => !verdict(signature, text, publicKey)),
    { numRuns: 100 },
  );
});

test("both refuse to sign with a key that is none", () => {
  for (const scheme of [tweetnaclScheme, platform]) {
    expect(() => scheme.sign(new Uint8Array(1), new Secret(new Uint8Array(32)))).toThrow(RangeError);
  }
});
