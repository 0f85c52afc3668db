import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createIdentity, type Envelope, type Identity, publicIdentity } from "@tutti/envelope";
import { random, scheme } from "@tutti/platform";
import {
  enrolled,
  firstRoster,
  openRoster,
  type PinnedRoster,
  removed,
  replaced,
  ROSTER,
  type Roster,
  RosterChain,
  RosterFault,
  signMessage,
} from "@tutti/protocol";
import { afterAll, beforeEach, expect, test } from "vitest";
import type { AgentConfig } from "../config.ts";
import { MemoryLedger } from "../trial/memory-ledger.ts";
import { SILENT } from "../trial/silent-log.ts";
import { acceptRoster, rosterText, rosterView } from "./roster-commands.ts";
import { RosterFolder } from "./roster-folder.ts";
import { RosterPin } from "./roster-pin.ts";

const root = mkdtempSync(join(tmpdir(), "tutti-roster-"));
afterAll(() => rmSync(root, { recursive: true }));

const coordinator = createIdentity("coordinator", random);
const identities = ["a", "b", "c", "d"].map((name) => createIdentity(name, random));
const sign = (roster: Roster, by: Identity = coordinator): Envelope => signMessage(ROSTER, roster, by, scheme);
const first = sign(
  firstRoster({ network: "trial", coordinator: publicIdentity(coordinator), centres: identities.slice(0, 3).map(publicIdentity) }),
);
const second = after(first, (before) => enrolled(before, publicIdentity(identities[3]!)));
const third = after(second, (before) => removed(before, "a"));

function after(envelope: Envelope, change: (before: PinnedRoster) => Roster): Envelope {
  return sign(change(openRoster(envelope, scheme)));
}

let folder: string;
let told: readonly Envelope[];
let ledger: MemoryLedger;
beforeEach(() => {
  folder = mkdtempSync(join(root, "one-"));
  told = [first];
  ledger = new MemoryLedger();
  put(first);
});

function put(file: unknown): void {
  writeFileSync(join(folder, "roster.json"), JSON.stringify(file));
}

const config = (): AgentConfig => ({ roster: join(folder, "roster.json"), ledger: folder }) as AgentConfig;

/** The pin of an agent that starts in the folder. */
async function started(): Promise<RosterPin> {
  const pin = new RosterPin({
    file: RosterChain.open(JSON.parse(readFileSync(config().roster, "utf8")), scheme),
    folder: new RosterFolder(folder),
    ledger,
    log: SILENT,
    ask: async () => RosterChain.open(told, scheme),
  });
  await pin.look();
  await pin.takeUp();
  return pin;
}

const accept = (version: number) => acceptRoster(config(), String(version), "Ada", 1_000);
const pins = () => ledger.deeds.flatMap((deed) => (deed.kind === "pinned" ? [deed.body] : []));

test("a newer version waits, with what it changes, and counts from a person's yes on", async () => {
  const pin = await started();
  told = [first, second];
  await pin.look();
  expect(pin.newest.version).toBe(1);
  expect(pin.get(openRoster(second, scheme).hash)).toBeNull();
  const view = rosterView(config());
  expect(view.pending).toMatchObject([{ version: 2, changes: [{ what: "added", name: "d" }] }]);
  expect(rosterText(view)).toContain("d joins");
  expect(await pin.takeUp()).toBe(false);
  expect(await accept(2)).toMatchObject({ version: 2, by: "Ada" });
  expect(await pin.takeUp()).toBe(true);
  expect(pin.newest.version).toBe(2);
  expect(pins()).toEqual([
    { roster: openRoster(first, scheme).hash, version: 1 },
    { roster: openRoster(second, scheme).hash, version: 2, by: "Ada", at: "1970-01-01T00:00:01.000Z" },
  ]);
  expect(rosterView(config())).toMatchObject({ pinned: { version: 2 }, pending: [] });
});

test("a yes is taken up once, however often it is looked for", async () => {
  told = [first, second];
  const pin = await started();
  await accept(2);
  expect(await Promise.all([pin.takeUp(), pin.takeUp(), pin.takeUp()])).toEqual([true, false, false]);
  expect(pins().map(({ version }) => version)).toEqual([1, 2]);
});

test("a yes outlives the agent, also one that was said while it was down", async () => {
  told = [first, second, third];
  await started();
  await accept(3);
  const pin = await started();
  expect(pin.newest.version).toBe(3);
  expect((await started()).newest.version).toBe(3);
  expect(pins().map(({ version }) => version)).toEqual([1, 3]);
});

test("a yes is to what was shown, not to what is told by that number later", async () => {
  told = [first, second];
  const pin = await started();
  await accept(2);
  const other = after(first, (before) => removed(before, "a"));
  writeFileSync(join(folder, "roster", "told.json"), JSON.stringify([first, other]));
  expect(await pin.takeUp()).toBe(false);
  expect(pin.newest.version).toBe(1);
});

test.each<[string, () => readonly Envelope[]]>([
  ["an older roster", () => [first]],
  ["one of another past", () => [first, after(first, (before) => removed(before, "a"))]],
  [
    "another network's",
    () => [sign(firstRoster({ network: "other", coordinator: publicIdentity(coordinator), centres: identities.map(publicIdentity) }))],
  ],
])("%s than the pinned one is refused, and leaves no trace", async (_, other) => {
  put([first, second]);
  told = [first, second];
  const pin = await started();
  told = other();
  await expect(pin.look()).rejects.toThrow(RosterFault);
  expect(pin.newest.version).toBe(2);
  expect(rosterView(config()).pending).toEqual([]);
  await expect(started()).rejects.toThrow(RosterFault);
});

test("a chain with a forged version is refused whole", async () => {
  const pin = await started();
  const forged = sign(enrolled(openRoster(first, scheme), publicIdentity(identities[3]!)), identities[1]);
  told = [first, forged];
  await expect(pin.look()).rejects.toThrow();
  expect(rosterView(config()).pending).toEqual([]);
});

test("a new key without the old one's word is shown as what it is", async () => {
  const next = createIdentity("b", random);
  told = [first, after(first, (before) => replaced(before, publicIdentity(next)))];
  await started();
  expect(rosterText(rosterView(config()))).toContain("b HAS A NEW KEY, AND THE OLD ONE WAS LOST");
});

test("a newer roster.json counts by itself, one of another past does not start", async () => {
  await started();
  told = [first, second, third];
  put(third);
  await expect(started()).rejects.toThrow("not of the past");
  put([first, second, third]);
  expect((await started()).newest.version).toBe(3);
  put([first, after(first, (before) => removed(before, "b"))]);
  await expect(started()).rejects.toThrow("not of the past");
});

test("a centre that pins a later version alone learns those before it, and no others", async () => {
  put(second);
  told = [first, second];
  const pin = await started();
  expect(pin.get(openRoster(first, scheme).hash)?.version).toBe(1);
});

test("a ledger that can't be written leaves the version before", async () => {
  told = [first, second];
  const pin = await started();
  await accept(2);
  ledger.writable = false;
  await expect(pin.takeUp()).rejects.toThrow();
  expect(pin.newest.version).toBe(1);
  ledger.writable = true;
  expect(await pin.takeUp()).toBe(true);
  expect(pins().map(({ version }) => version)).toEqual([1, 2]);
});

test("a folder without the version that the ledger says counted does not start", async () => {
  told = [first, second];
  await started();
  await accept(2);
  await started();
  rmSync(join(folder, "roster"), { recursive: true });
  await expect(started()).rejects.toThrow("restore the newest copy");
});

test("only what waits can be said yes to", async () => {
  told = [first, second];
  await started();
  await expect(acceptRoster(config(), undefined, "Ada", 0)).rejects.toThrow("--version N");
  await expect(accept(3)).rejects.toThrow("the newest that waits is 2");
  await accept(2);
  await expect(accept(2)).rejects.toThrow("nothing waits");
});
