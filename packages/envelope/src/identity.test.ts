import { expect, test } from "vitest";
import * as fc from "fast-check";
import { toBase64 } from "./base64.ts";
import { fromHex, toHex } from "./hex.ts";
import {
  createIdentity,
  fingerprint,
  formatIdentity,
  type IdentityFile,
  parseIdentity,
  partyNameSchema,
  publicIdentity,
  publicIdentitySchema,
} from "./identity.ts";
import { party } from "./trial.ts";

// RFC 8032 §7.1, test 2
const seed = fromHex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
const necker = createIdentity("Necker", () => seed);

test("an identity comes from its seed", () => {
  expect(toHex(necker.publicKey)).toBe("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  expect(publicIdentitySchema.parse(publicIdentity(necker))).toEqual({ name: "Necker", publicKey: toBase64(necker.publicKey) });
});

test("identity.json reads back", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      const identity = createIdentity("Hôpital Würzburg 2", () => bytes);
      const read = parseIdentity(formatIdentity(identity));
      expect(read.name).toBe(identity.name);
      expect(read.publicKey).toEqual(identity.publicKey);
      expect(read.secretKey.reveal()).toEqual(identity.secretKey.reveal());
    }),
    { numRuns: 10 },
  );
});

const file = JSON.parse(formatIdentity(necker)) as IdentityFile;

test.each<[string, unknown]>([
  ["another version", { ...file, format: "tutti/2/identity" }],
  ["an unknown key", { ...file, note: "mine" }],
  ["no seed", { ...file, seed: undefined }],
  ["a short seed", { ...file, seed: file.seed.slice(4) }],
  ["leftover bits in the seed", { ...file, seed: `${file.seed.slice(0, 42)}t=` }],
  ["somebody else's public key", { ...file, publicKey: publicIdentity(party("Other")).publicKey }],
  ["a key of small order", { ...file, publicKey: toBase64(new Uint8Array(32)) }],
  ["a name of two lines", { ...file, name: "a\nb" }],
  ["a list", [file]],
])("identity.json with %s is refused, and not quoted", (_, content) => {
  const act = () => parseIdentity(JSON.stringify(content));
  expect(act).toThrow(RangeError);
  expect(act).toThrow(/^(?!.*(TM0I|PUAX)).*identity\.json can't be used/s);
});

test("identity.json that is not JSON is refused, and not quoted", () => {
  expect(() => parseIdentity(file.seed)).toThrow(/^(?!.*TM0I).*it is not JSON/s);
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

test("a fingerprint is read in groups, and stands for the key", () => {
  // Worked out with Python's hashlib.
  expect(fingerprint(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe("65H0-2T6J-YYR6-2V3Z-QWYC");
  expect(fingerprint(necker.publicKey)).not.toBe(fingerprint(party("Other").publicKey));
});

test("too little randomness makes no identity", () => {
  expect(() => createIdentity("Necker", () => seed.subarray(1))).toThrow(RangeError);
});
