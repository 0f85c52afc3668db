import { expect, test } from "vitest";
import { ProblemFault } from "./problem-fault.ts";
import { SqliteDatabase } from "./sqlite-database.ts";
import { Store } from "./store.ts";
import { hashOf, type TokenEntry, Tokens } from "./tokens.ts";

const entries: readonly TokenEntry[] = [
  { name: "ann", hash: hashOf("one"), role: "researcher" },
  { name: "bob", hash: hashOf("two"), role: "auditor", expiresAtMs: 1_000 },
];
const store = new Store(new SqliteDatabase(":memory:"));
const tokens = new Tokens(entries, store.tokens);

async function who(field: string | undefined, nowMs = 0): Promise<string> {
  return said(async () => {
    const { name, role } = await tokens.holderOf(field, nowMs);
    return `${name}, ${role}`;
  });
}

/** What is answered, or the sentence of the problem. */
async function said(act: () => Promise<string | void>): Promise<string> {
  try {
    return (await act()) ?? "yes";
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
])("%s lets in %s", async (field, name) => {
  expect(await who(field)).toContain(name);
});

test("a token ends at its time, and says so", async () => {
  expect(await who("Bearer two", 999)).toBe("bob, auditor");
  expect(await who("Bearer two", 1_000)).toBe("this token has expired: ask the network's operator for a new one");
  expect(await who("Bearer one", 1e15)).toBe("ann, researcher");
});

test("a token that was made by command counts until it is revoked", async () => {
  const kept = { id: "7", name: "cleo", hash: hashOf("three"), role: "coordinator", createdAtMs: 0, revokedAtMs: null } as const;
  await store.tokens.add(kept);
  expect(await who("Bearer three")).toBe("cleo, coordinator");
  expect(await store.tokens.revoke("7", 5)).toBe(true);
  expect(await store.tokens.revoke("7", 6)).toBe(false);
  expect(await store.tokens.revoke("8", 6)).toBe(false);
  expect(await who("Bearer three")).toContain("was revoked");
});

test("what is asked in somebody's name needs a token of theirs that allows it now", async () => {
  const may = (name: string, dataset: string, nowMs = 0) => said(() => tokens.demandMayAsk(name, { dataset }, nowMs));
  expect(await may("ann", "iph@1")).toBe("yes");
  expect(await may("bob", "iph@1")).toContain("role auditor may not do that");
  expect(await may("nobody", "iph@1")).toContain("nobody has no token that counts");
  const kept = {
    id: "9",
    name: "dora",
    hash: hashOf("four"),
    role: "researcher",
    datasets: ["iph"],
    createdAtMs: 0,
    expiresAtMs: 100,
    revokedAtMs: null,
  } as const;
  await store.tokens.add(kept);
  expect(await may("dora", "iph@2")).toBe("yes");
  expect(await may("dora", "other@1")).toContain("for iph only");
  expect(await may("dora", "iph@2", 100)).toContain("no token that counts");
});
