import { expect, test } from "vitest";
import * as fc from "fast-check";
import { contentHash, contentHashSchema, digest } from "./digest.ts";
import { toHex } from "./hex.ts";
import { LABELS } from "./label.ts";
import { toUtf8 } from "./text.ts";

test("the bytes that are hashed are those of the specification", () => {
  // Worked out with Python's hashlib and struct.
  expect(toHex(digest(LABELS.session))).toBe("7b2c3f4e4349406882f6fe3b1bca8ac791e3fb8875809bc3753c503a56582438");
  expect(toHex(digest(LABELS.session, toUtf8(""), toUtf8("ab"), toUtf8("c")))).toBe(
    "dd678d80fd540d7ddbe012c7d8ba6dd74b925cd0b564e4f89fffa5e973c33b8e",
  );
  expect(contentHash({ b: null, a: [1, "x"] })).toBe("sha256:854ef06dc57f5dfed10206344ab2d02e0b6c84b0e19436703a5afd0f1f9f2687");
});

test("other parts, or the same cut elsewhere, or another label, give another digest", () => {
  const parts = fc.array(fc.uint8Array({ maxLength: 3 }), { maxLength: 4 });
  const label = fc.constantFrom(LABELS.session, LABELS.transcript);
  fc.assert(
    fc.property(label, parts, label, parts, (label1, parts1, label2, parts2) => {
      const same = label1 === label2 && JSON.stringify(parts1.map(toHex)) === JSON.stringify(parts2.map(toHex));
      return (toHex(digest(label1, ...parts1)) === toHex(digest(label2, ...parts2))) === same;
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), fc.nat(), (bytes, i, j) => {
      const cut = (at: number) => toHex(digest(LABELS.session, bytes.subarray(0, at), bytes.subarray(at)));
      const [a, b] = [i % (bytes.length + 1), j % (bytes.length + 1)];
      return (cut(a) === cut(b)) === (a === b);
    }),
  );
});

test("a content hash is written in one way", () => {
  expect(contentHashSchema.safeParse(contentHash({})).success).toBe(true);
  for (const text of [contentHash({}).toUpperCase(), contentHash({}).slice(7), `${contentHash({})}0`, `${contentHash({})}\n`]) {
    expect(contentHashSchema.safeParse(text).success).toBe(false);
  }
});
