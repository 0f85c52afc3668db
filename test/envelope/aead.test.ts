import { type Aead, portableAead, Secret } from "@tutti/envelope";
import { flipped } from "@tutti/envelope/trial";
import { aead as platform } from "@tutti/platform";
import * as fc from "fast-check";
import { expect, test } from "vitest";

// Two implementations that disagree would be worse than a slow one: a message could be good for one party and altered for another.

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const key = bytes(32).map((secret) => new Secret(secret));
const nonce = bytes(12);
const message = fc.oneof(fc.uint8Array({ maxLength: 200 }), bytes(5_000));

/** What both make of a sealed message; it is the same. */
function unsealed(sealed: Uint8Array, by: Uint8Array, secret: Secret): Uint8Array | null {
  const [ours, theirs] = [portableAead, platform].map((aead: Aead) => aead.unseal(sealed, by, secret));
  expect(theirs).toEqual(ours);
  return ours!;
}

test("both seal alike, and open what either has sealed", () => {
  fc.assert(
    fc.property(key, nonce, message, (secret, by, text) => {
      const sealed = platform.seal(text, by, secret);
      expect(sealed).toEqual(portableAead.seal(text, by, secret));
      expect(unsealed(sealed, by, secret)).toEqual(text);
    }),
  );
});

test("both refuse a bit turned over anywhere, and what is cut short or longer", () => {
  fc.assert(
    fc.property(key, nonce, message, fc.nat(), fc.constantFrom(0, 1), (secret, by, text, bit, which) => {
      const sealed = platform.seal(text, by, secret);
      const [altered, nonceUsed] = [sealed, by].map((part, i) => (i === which ? flipped(part, bit) : part)) as [Uint8Array, Uint8Array];
      expect(unsealed(altered, nonceUsed, secret)).toBeNull();
      expect(unsealed(sealed.subarray(0, bit % sealed.length), by, secret)).toBeNull();
      expect(unsealed(Uint8Array.of(...sealed, 0), by, secret)).toBeNull();
    }),
  );
});

test("both refuse bytes that nobody sealed, of any length", () => {
  fc.assert(fc.property(key, nonce, fc.uint8Array({ maxLength: 100 }), (secret, by, some) => unsealed(some, by, secret) === null));
});

test("neither takes a nonce or a key of another length", () => {
  for (const aead of [portableAead, platform]) {
    for (const [length, keyLength] of [
      [0, 32],
      [8, 32],
      [24, 32],
      [12, 16],
    ] as const) {
      const secret = new Secret(new Uint8Array(keyLength));
      expect(() => aead.seal(new Uint8Array(4), new Uint8Array(length), secret)).toThrow(RangeError);
      expect(() => aead.unseal(new Uint8Array(40), new Uint8Array(length), secret)).toThrow(RangeError);
    }
  }
});
