import { expect, test } from "vitest";
import * as fc from "fast-check";
import { toBase64 } from "./base64.ts";
import { fromHex } from "./hex.ts";
import { createIdentity, publicIdentity } from "./identity.ts";
import {
  formatIdentity,
  type IdentityFile,
  identityFileHead,
  parseIdentity,
  sealIdentity,
  type SealedIdentityFile,
  tooOpen,
} from "./identity-file.ts";
import { readPassphrase } from "./passphrase.ts";
import { party } from "./trial.ts";

// RFC 8032 §7.1, test 2
const seed = fromHex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
const necker = createIdentity("Necker", () => seed);

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

// Key and digest by Python's hashlib, box by tweetnacl itself.
const SEALED = {
  format: "tutti/1/sealed-identity",
  name: "Necker",
  publicKey: "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=",
  stretching: { kdf: "scrypt", N: 16384, r: 8, p: 1, salt: "AAECAwQFBgcICQoLDA0ODw==" },
  nonce: "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMD",
  sealedSeed: "S6WWDkk3O+ppjc8cZoc8Z9B83UKJYRM/Lc8I26GYqXKGaX/KLxvtx+QMUEFfec1T",
} as const;
const passphrase = readPassphrase("correct horse battery\n");

test("a sealed identity opens with its passphrase", () => {
  const opened = parseIdentity(JSON.stringify(SEALED), passphrase);
  expect(publicIdentity(opened)).toEqual(publicIdentity(necker));
  expect(opened.secretKey.reveal()).toEqual(necker.secretKey.reveal());
  expect(identityFileHead(JSON.stringify(SEALED))).toEqual({ ...publicIdentity(necker), sealed: true });
});

test("what is sealed here opens again, and holds the seed nowhere", () => {
  const text = sealIdentity(necker, passphrase, (bytes) => new Uint8Array(bytes).fill(7));
  expect(text).not.toContain(toBase64(seed));
  expect((JSON.parse(text) as SealedIdentityFile).stretching).toMatchObject({ kdf: "scrypt", N: 131_072, r: 8, p: 1 });
  expect(parseIdentity(text, passphrase).secretKey.reveal()).toEqual(necker.secretKey.reveal());
});

test.each<[string, unknown, string | null, string]>([
  ["no passphrase", SEALED, null, "passphraseFile"],
  ["another passphrase", SEALED, "correct horse batterz", "does not open"],
  ["another name", { ...SEALED, name: "Other" }, "correct horse battery", "does not open"],
  ["another public key", { ...SEALED, publicKey: publicIdentity(party("Other")).publicKey }, "correct horse battery", "another seed"],
  [
    "a cost that would stop the machine",
    { ...SEALED, stretching: { ...SEALED.stretching, N: 2 ** 24 } },
    "correct horse battery",
    "stretching",
  ],
  ["a cost that protects nothing", { ...SEALED, stretching: { ...SEALED.stretching, N: 2 } }, "correct horse battery", "stretching.N"],
])("a sealed identity with %s does not open", (_, sealed, given, why) => {
  expect(() => parseIdentity(JSON.stringify(sealed), given === null ? null : readPassphrase(given))).toThrow(why);
});

test("a passphrase is one line of at least twelve characters", () => {
  expect(() => readPassphrase("short\n")).toThrow("12 characters");
  expect(() => readPassphrase("one line and then\nanother")).toThrow("one line");
  expect(readPassphrase("e\u0301e\u0301 dix lettres\r\n").reveal()).toEqual(readPassphrase("éé dix lettres").reveal());
});

test.each([
  [0o600, true],
  [0o400, true],
  [0o640, false],
  [0o604, false],
  [0o610, false],
])("a file of mode %o: private is %s", (mode, isPrivate) => {
  expect(tooOpen("identity.json", 0o100000 | mode) === null).toBe(isPrivate);
});

test("a file that others may read is told with the command that helps", () => {
  expect(tooOpen("/etc/tutti/identity.json", 0o100644)).toContain("chmod 600 /etc/tutti/identity.json");
});
