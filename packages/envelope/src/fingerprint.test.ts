import { expect, test } from "vitest";
import * as fc from "fast-check";
import { toBase64 } from "./base64.ts";
import { fingerprint, isSameFingerprint } from "./fingerprint.ts";
import { publicIdentity } from "./identity.ts";
import { party } from "./trial.ts";

const necker = publicIdentity(party("Necker"));

test("a fingerprint is six groups of five digits", () => {
  // Worked out with Python's hashlib.
  const publicKey = toBase64(Uint8Array.from({ length: 32 }, (_, i) => i));
  expect(fingerprint({ name: "Necker", publicKey })).toBe("78010 77467 84863 94516 88270 13599");
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (key) => {
      expect(fingerprint({ name: "a", publicKey: toBase64(key) })).toMatch(/^\d{5}( \d{5}){5}$/);
    }),
  );
});

test("it stands for the key and for the name", () => {
  expect(fingerprint(necker)).not.toBe(fingerprint({ ...necker, publicKey: publicIdentity(party("Other")).publicKey }));
  expect(fingerprint(necker)).not.toBe(fingerprint({ ...necker, name: "Other" }));
});

test("it is the same however somebody types it", () => {
  const known = fingerprint(necker);
  for (const typed of [known, ` ${known}\n`, known.replaceAll(" ", ""), known.replaceAll(" ", "-")])
    expect(isSameFingerprint(typed, known)).toBe(true);
  expect(isSameFingerprint(known.slice(0, -1), known)).toBe(false);
  expect(isSameFingerprint("", known)).toBe(false);
});
