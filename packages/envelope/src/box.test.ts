import { expect, test } from "vitest";
import * as fc from "fast-check";
import { createBoxKeys, seal, SEAL_BYTES, sharedKey, unseal } from "./box.ts";
import { fromHex, toHex } from "./hex.ts";
import { flipped, seeded } from "./trial.ts";

// RFC 7748 §6.1, which NaCl's own tests of crypto_box use.
const alice = createBoxKeys(() => fromHex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
const bob = createBoxKeys(() => fromHex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
const key = sharedKey(bob.publicKey, alice.secretKey);
const nonce = fromHex("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37");

const message =
  "be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb31" +
  "0e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f93776384864" +
  "5e0705";
const authenticator = "f3ffc7703f9400e52a7dfb4b3d3305d9";
const cipher =
  "8e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738" +
  "b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74" +
  "e355a5";

test("keys and boxes are those of NaCl", () => {
  expect(toHex(alice.publicKey)).toBe("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  expect(toHex(key.reveal())).toBe("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389");
  const sealed = seal(fromHex(message), nonce, key);
  expect(toHex(sealed)).toBe(authenticator + cipher);
  expect(toHex(unseal(sealed, nonce, key)!)).toBe(message);
});

test("both ends share one key, and nobody else does", () => {
  expect(sharedKey(alice.publicKey, bob.secretKey).reveal()).toEqual(key.reveal());
  const eve = createBoxKeys(seeded("eve"));
  expect(sharedKey(alice.publicKey, eve.secretKey).reveal()).not.toEqual(key.reveal());
});

test("what is sealed opens with that key and nonce, unaltered, and not otherwise", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(), (plain, bit) => {
      const sealed = seal(plain, nonce, key);
      expect(sealed.length).toBe(plain.length + SEAL_BYTES);
      expect(unseal(sealed, nonce, key)).toEqual(plain);
      expect(unseal(flipped(sealed, bit % (8 * sealed.length)), nonce, key)).toBeNull();
      expect(unseal(sealed, flipped(nonce, bit % 192), key)).toBeNull();
    }),
  );
  expect(unseal(new Uint8Array(3), nonce, key)).toBeNull();
});

// RFC 7748 §7: the points with which every secret gives zero.
test.each([
  ["0", "00".repeat(32)],
  ["1", `01${"00".repeat(31)}`],
  ["order 8", "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"],
  ["p", `ed${"ff".repeat(30)}7f`],
  ["31 bytes", "09".repeat(31)],
])("no key is shared with %s", (_, publicKey) => {
  expect(() => sharedKey(fromHex(publicKey), alice.secretKey)).toThrow(RangeError);
});
