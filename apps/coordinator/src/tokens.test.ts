import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { Tokens } from "./tokens.ts";

const hashOf = (token: string) => `sha256:${createHash("sha256").update(token).digest("hex")}`;
const tokens = new Tokens([
  { name: "ann", hash: hashOf("one") },
  { name: "bob", hash: hashOf("two") },
]);

test.each([
  ["Bearer one", "ann"],
  ["bearer two", "bob"],
  ["Bearer three", null],
  ["Bearer ", null],
  ["Bearer one two", null],
  ["one", null],
  [`Bearer ${hashOf("one")}`, null],
  [undefined, null],
])("%s lets in %s", (field, name) => {
  expect(tokens.requesterOf(field)).toBe(name);
});
