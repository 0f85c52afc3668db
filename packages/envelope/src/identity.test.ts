import { expect, test } from "vitest";
import { toBase64 } from "./base64.ts";
import { fromHex, toHex } from "./hex.ts";
import { createIdentity, partyNameSchema, publicIdentity, publicIdentitySchema } from "./identity.ts";

// RFC 8032 §7.1, test 2
const seed = fromHex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
const necker = createIdentity("Necker", () => seed);

test("an identity comes from its seed", () => {
  expect(toHex(necker.publicKey)).toBe("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  expect(publicIdentitySchema.parse(publicIdentity(necker))).toEqual({ name: "Necker", publicKey: toBase64(necker.publicKey) });
});

test.each(["Necker", "", ":", `${"A".repeat(42)}*=`, "A".repeat(43)])("a key written as %j is refused, not thrown", (publicKey) => {
  expect(publicIdentitySchema.safeParse({ name: "Necker", publicKey }).success).toBe(false);
});

test.each(["", " a", "a ", "a\nb", "a\u2028b", "a\u0000", "a\ud800", "e\u0301", "\u202eknab", "x".repeat(64)])(
  "%j is not a name",
  (name) => {
    expect(() => createIdentity(name, () => seed)).toThrow(RangeError);
  },
);

test.each(["a", "Saint-Louis (Paris)", "Hôpital Würzburg", "centre_12.b", "北京", "x".repeat(63)])("%j is a name", (name) => {
  expect(partyNameSchema.safeParse(name).success).toBe(true);
});

test("a key under which signatures prove nothing is nobody's", () => {
  const small = { name: "Necker", publicKey: toBase64(new Uint8Array(32)) };
  expect(publicIdentitySchema.safeParse(small).success).toBe(false);
});
