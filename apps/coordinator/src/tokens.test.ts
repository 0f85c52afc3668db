import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { ProblemFault } from "./problem-fault.ts";
import { type TokenEntry, Tokens } from "./tokens.ts";

const hashOf = (token: string) => `sha256:${createHash("sha256").update(token).digest("hex")}`;
const entries: readonly TokenEntry[] = [
  { name: "ann", hash: hashOf("one"), role: "researcher" },
  { name: "bob", hash: hashOf("two"), role: "auditor", expiresAtMs: 1_000 },
];
const tokens = new Tokens(entries);

function who(field: string | undefined, nowMs = 0): string {
  try {
    const { name, role } = tokens.holderOf(field, nowMs);
    return `${name}, ${role}`;
  } catch (fault) {
    if (fault instanceof ProblemFault) return fault.message;
    throw fault;
  }
}

test.each([
  ["Bearer one", "ann, researcher"],
  ["bearer two", "bob, auditor"],
  ["Bearer three", "send the token"],
  ["Bearer ", "send the token"],
  ["Bearer one two", "send the token"],
  ["one", "send the token"],
  [`Bearer ${hashOf("one")}`, "send the token"],
  [undefined, "send the token"],
])("%s lets in %s", (field, name) => {
  expect(who(field)).toContain(name);
});

test("a token ends at its time, and says so", () => {
  expect(who("Bearer two", 999)).toBe("bob, auditor");
  expect(who("Bearer two", 1_000)).toBe("this token has expired: ask the network's operator for a new one");
  expect(who("Bearer one", 1e15)).toBe("ann, researcher");
});
