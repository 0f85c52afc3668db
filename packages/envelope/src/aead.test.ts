import { expect, test } from "vitest";
import * as fc from "fast-check";
import { AEAD_TAG_BYTES, EVERYBODY, nonceOf, portableAead } from "./aead.ts";
import { toHex } from "./hex.ts";
import { Secret } from "./secret.ts";
import { flipped } from "./trial.ts";

const key = new Secret(Uint8Array.from({ length: 32 }, (_, i) => i));

test("what is sealed opens with that key and nonce, unaltered, and not otherwise", () => {
  const nonce = nonceOf(1, 2, 3);
  const other = new Secret(flipped(key.reveal(), 0));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(), (plain, bit) => {
      const sealed = portableAead.seal(plain, nonce, key);
      expect(sealed.length).toBe(plain.length + AEAD_TAG_BYTES);
      expect(portableAead.unseal(sealed, nonce, key)).toEqual(plain);
      expect(portableAead.unseal(flipped(sealed, bit % (8 * sealed.length)), nonce, key)).toBeNull();
      expect(portableAead.unseal(sealed, flipped(nonce, bit % 96), key)).toBeNull();
      expect(portableAead.unseal(sealed, nonce, other)).toBeNull();
    }),
  );
  expect(portableAead.unseal(new Uint8Array(3), nonce, key)).toBeNull();
});

test("a nonce stands for one message", () => {
  expect(toHex(nonceOf(3, 1, EVERYBODY))).toBe(`00000003${"0001"}${"ffff"}${"00".repeat(4)}`);
  const sent = fc.tuple(fc.constantFrom(0, 1, 256, 2 ** 32 - 1), fc.constantFrom(0, 1, 256), fc.constantFrom(0, 1, EVERYBODY));
  fc.assert(
    fc.property(sent, sent, (one, other) => {
      const same = JSON.stringify(one) === JSON.stringify(other);
      return (toHex(nonceOf(...one)) === toHex(nonceOf(...other))) === same;
    }),
  );
  for (const bad of [-1, 0.5, NaN, 2 ** 32])
    for (const place of [0, 1, 2]) {
      const [exchange, from, to] = [0, 0, 0].with(place, bad) as [number, number, number];
      expect(() => nonceOf(exchange, from, to)).toThrow(RangeError);
    }
});
