import { spawnSync } from "node:child_process";
import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { append, type Deed, encodeLine, GENESIS, headOf, readLedger } from "@tutti/ledger";
import { LedgerFile } from "./ledger-file.ts";
import { StartProblem } from "./start-problem.ts";

const nowMs = () => Date.UTC(2026, 0, 31);
const hash = (digit: string) => `sha256:${digit.repeat(64)}`;
const deed = (offer: string): Deed => ({
  kind: "refused",
  body: { query: hash("1"), requester: "researcher", offer, session: offer, cause: "tooFewCentres" },
});

let folder: string;
let path: string;
const opened: LedgerFile[] = [];
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "ledger-")), "new");
  path = join(folder, "ledger.jsonl");
});
afterEach(async () => {
  await Promise.allSettled(opened.splice(0).map((ledger) => ledger.close()));
  rmSync(join(folder, ".."), { recursive: true, force: true });
});

async function openLedger(): Promise<LedgerFile> {
  const ledger = await LedgerFile.open(folder, nowMs);
  opened.push(ledger);
  return ledger;
}

/** A ledger of two entries, closed. */
async function writeTwo(): Promise<Buffer> {
  const ledger = await openLedger();
  await Promise.all([ledger.append(deed(hash("a"))), ledger.append(deed(hash("b")))]);
  await ledger.close();
  return readFileSync(path);
}

async function problemOf(opening: Promise<unknown>): Promise<string> {
  const problem: unknown = await opening.then(
    () => null,
    (error: unknown) => error,
  );
  return problem instanceof StartProblem ? problem.message : `not a StartProblem: ${String(problem)}`;
}

test("entries stand in the file, chained, when append is done, and are known after a restart", async () => {
  const file = await writeTwo();
  const { entries, head } = readLedger(file);
  expect(entries.map(({ body }) => "offer" in body && body.offer)).toEqual([hash("a"), hash("b")]);
  const again = await openLedger();
  expect(again.head).toEqual(head);
  expect(["a", "b", "c"].map((digit) => again.answered(hash(digit)))).toEqual([true, true, false]);
  await again.append(deed(hash("c")));
  expect(again.answered(hash("c"))).toBe(true);
  expect(readLedger(readFileSync(path)).entries).toHaveLength(3);
});

test("a last line that a crash left half-written is cut off", async () => {
  const whole = await writeTwo();
  appendFileSync(path, '{"index":2,"kind":"ref');
  const ledger = await openLedger();
  expect(readFileSync(path).equals(whole)).toBe(true);
  await ledger.append(deed(hash("c")));
  expect(readLedger(readFileSync(path)).entries).toHaveLength(3);
});

test.each([
  ["altered", (text: string) => text.replace("researcher", "somebody"), "altered at entry 1"],
  ["without its first entry", (text: string) => text.slice(text.indexOf("\n") + 1), "lost, repeated or moved entries at entry 0"],
  ["with something else in it", (text: string) => `${text}surprise\n`, "not an entry at entry 2"],
  ["with a line without end", (text: string) => text + "x".repeat(3 << 20), "not an entry at entry 2"],
])("a ledger %s does not open, and stays as it is", async (_, alter, said) => {
  const altered = alter((await writeTwo()).toString());
  writeFileSync(path, altered);
  expect(await problemOf(LedgerFile.open(folder, nowMs))).toContain(said);
  expect(readFileSync(path, "utf8")).toBe(altered);
  // The lock was given back.
  writeFileSync(path, "");
  await openLedger();
});

test("a ledger that spans many reads is checked to its end", async () => {
  await writeTwo();
  const lines: string[] = [];
  let head = GENESIS;
  for (let i = 0; i < 700; i++) {
    const entry = append(head, deed(`sha256:${i.toString(16).padStart(64, "0")}`), new Date(nowMs()).toISOString());
    lines.push(encodeLine(entry));
    head = headOf(entry);
  }
  writeFileSync(path, lines.join(""));
  expect(readFileSync(path).length).toBeGreaterThan(1 << 18);
  const ledger = await openLedger();
  expect(ledger.head).toEqual(head);
  expect(ledger.answered(`sha256:${(699).toString(16).padStart(64, "0")}`)).toBe(true);
});

test("another process can't open a ledger that is in use, and can once it is not", async () => {
  const ledger = await openLedger();
  const module = new URL("./ledger-file.ts", import.meta.url).href;
  const script = `const { LedgerFile } = await import(${JSON.stringify(module)});
    await LedgerFile.open(${JSON.stringify(folder)}, Date.now).then((l) => l.close().then(() => console.log("open")), (e) => console.log(e.name + ": " + e.message));`;
  const other = () => spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }).stdout;
  expect(other()).toContain("StartProblem");
  expect(other()).toContain("another agent is writing this ledger");
  await ledger.close();
  expect(other().trim()).toBe("open");
}, 30_000);

test("a folder that can't be written, or is none, is named", async () => {
  writeFileSync(join(folder, "..", "file"), "");
  expect(await problemOf(LedgerFile.open(join(folder, "..", "file"), nowMs))).toMatch(/the ledger can't be written here/);
  if (process.getuid?.() === 0) return; // root writes everywhere
  chmodSync(join(folder, ".."), 0o500);
  expect(await problemOf(LedgerFile.open(folder, nowMs))).toMatch(/the ledger can't be written here/);
  chmodSync(join(folder, ".."), 0o700);
});

test("what a failed write left is cut off by the next one that works; until then the ledger says that it is not writable", async () => {
  const ledger = await openLedger();
  await ledger.append(deed(hash("a")));
  const handle = await open(path);
  vi.spyOn(Object.getPrototypeOf(handle), "datasync").mockRejectedValueOnce(new Error("ENOSPC"));
  await handle.close();
  await expect(ledger.append(deed(hash("b")))).rejects.toThrow("ENOSPC");
  expect([ledger.writable, ledger.answered(hash("b"))]).toEqual([false, false]);
  await ledger.append(deed(hash("c")));
  expect([ledger.writable, ledger.answered(hash("c"))]).toEqual([true, true]);
  const { entries, head } = readLedger(readFileSync(path));
  expect(entries.map(({ body }) => "offer" in body && body.offer)).toEqual([hash("a"), hash("c")]);
  expect(head).toEqual(ledger.head);
});

test("what is no entry is not written", async () => {
  const ledger = await openLedger();
  await expect(ledger.append(deed("not a hash"))).rejects.toThrow(RangeError);
  expect(ledger.writable).toBe(true);
  expect(readFileSync(path)).toHaveLength(0);
});
