import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createIdentity, type Envelope, LABELS, publicIdentity, signEnvelope, toHex } from "@tutti/envelope";
import { MerkleTree } from "@tutti/ledger";
import { random, scheme, sha256 } from "@tutti/platform";
import { entryLeaf, firstRoster, LOG_HEAD, type LogEntry, logEntry, ROSTER, RosterChain, signMessage } from "@tutti/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { LogLink } from "./coordinator-link.ts";
import { LinkFault } from "./link-fault.ts";
import { EVIDENCE_FILE, LogWatch } from "./log-watch.ts";

const coordinator = createIdentity("coordinator", random);
const parties = ["a", "b", "c"].map((name) => publicIdentity(createIdentity(name, random)));
const rosters = RosterChain.open(
  signMessage(ROSTER, firstRoster({ network: "trial", coordinator: publicIdentity(coordinator), centres: parties }), coordinator, scheme),
  scheme,
);
const session = (number: number): string => String(number).padStart(64, "0");
const release = (number: number): Envelope => signEnvelope(LABELS.release, { number }, [coordinator], scheme);
const releaseOf = (name: string): Envelope => release(Number(name));

/** A coordinator's log that can be rewritten. */
class TrialLog implements LogLink {
  entries: LogEntry[] = [];
  network = "trial";
  fault: LinkFault | null = null;

  add(number: number): void {
    this.entries.push(logEntry("release", session(number), release(number), number));
  }

  tree(): MerkleTree {
    const tree = new MerkleTree();
    for (const entry of this.entries) tree.append(entryLeaf(entry));
    return tree;
  }

  async logHead(): Promise<Envelope> {
    if (this.fault !== null) throw this.fault;
    const tree = this.tree();
    return signMessage(LOG_HEAD, { network: this.network, size: tree.size, root: toHex(tree.root()), atMs: 1 }, coordinator, scheme);
  }

  async logConsistency(earlier: number, size: number): Promise<readonly string[]> {
    return this.tree().consistency(earlier, size).map(toHex);
  }

  async logInclusion(about: string, envelope: string, size: number) {
    const index = this.entries.findIndex((entry) => entry.about === about && entry.envelope === envelope);
    if (index < 0) throw new LinkFault("not-found", "no such entry");
    return { index, entry: this.entries[index]!, proof: this.tree().inclusion(index, size).map(toHex) };
  }
}

let folder: string;
let link: TrialLog;
let logged: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "watch-"));
  link = new TrialLog();
  logged = [];
  for (let number = 0; number < 5; number++) link.add(number);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function open(): LogWatch {
  const write = (_: object, event: string) => void logged.push(event);
  const log = { debug: write, info: write, warn: write, error: write };
  return LogWatch.open({ folder, rosters, scheme, sha256, link, releaseOf, nowMs: () => 1_000, log });
}
const evidence = (): { failure: string; kept: unknown; shown: unknown; missing: unknown } =>
  JSON.parse(readFileSync(join(folder, EVIDENCE_FILE), "utf8")) as never;

test("a log that grows holds, over a restart as well, and what was published is found in it", async () => {
  const watch = open();
  await watch.look();
  link.add(5);
  watch.expect(session(5), release(5));
  await watch.look();
  link.add(6);
  const again = open();
  expect(again.keptAtMs).toBe(1);
  await again.look();
  await again.look();
  expect([watch.trouble, again.trouble, logged]).toEqual([null, null, []]);
});

test.each<readonly [string, string, () => void]>([
  ["has lost an entry", "shorter", () => link.entries.pop()],
  ["has another entry in an old place", "rewritten", () => (link.entries[1] = logEntry("stop", session(9), release(9), 9))],
  ["has the same size and another entry", "rewritten", () => link.entries.splice(4, 1, link.entries[0]!)],
  ["has taken an entry out and others in", "rewritten", () => (link.entries.splice(2, 1), link.add(7), link.add(8))],
])("a log that %s raises the alarm, also after a restart, until a person has moved the evidence away", async (_, failure, rewrite) => {
  const watch = open();
  await watch.look();
  const kept = JSON.parse(readFileSync(join(folder, "log-head.json"), "utf8")) as Envelope;
  rewrite();
  await watch.look();
  expect(watch.trouble).toContain(join(folder, EVIDENCE_FILE));
  expect(evidence()).toEqual({ failure, kept, shown: await link.logHead(), missing: null });
  expect(open().trouble).toBe(watch.trouble);
  rmSync(join(folder, EVIDENCE_FILE));
  const after = open();
  await after.look();
  expect(after.trouble).toBeNull();
});

test("a release that is not in the log raises the alarm", async () => {
  const watch = open();
  watch.expect(session(4), release(4));
  await watch.look();
  expect(watch.trouble).toBeNull();
  watch.expect(session(7), release(7));
  await watch.look();
  expect(evidence()).toMatchObject({ failure: "hidden", missing: { session: session(7), release: release(7) } });
});

test("a release that is published while it looks is looked for the next time", async () => {
  const watch = open();
  watch.expect(session(4), release(4));
  const honest = link.logInclusion.bind(link);
  link.logInclusion = async (...asked) => {
    link.logInclusion = honest;
    link.add(5);
    watch.expect(session(5), release(5));
    return honest(...asked);
  };
  await watch.look();
  expect(watch.trouble).toBeNull();
  let looked = 0;
  link.logInclusion = (...asked) => (looked++, honest(...asked));
  await watch.look();
  expect([watch.trouble, looked]).toEqual([null, 1]);
});

test.each<readonly [string, (entry: LogEntry) => LogEntry]>([
  ["of another session", (entry) => ({ ...entry, about: session(1) })],
  ["of another envelope", (entry) => ({ ...entry, envelope: link.entries[1]!.envelope })],
  ["of another kind", (entry) => ({ ...entry, kind: "stop" })],
  ["with another time than the log has", (entry) => ({ ...entry, atMs: 99 })],
])("an entry %s is not the release's", async (_, alter) => {
  const watch = open();
  watch.expect(session(4), release(4));
  const honest = link.logInclusion.bind(link);
  link.logInclusion = async (...asked) => {
    const found = await honest(...asked);
    return { ...found, entry: alter(found.entry) };
  };
  await watch.look();
  expect(evidence().failure).toBe("hidden");
});

test("a proof that is withheld, or does not hold, is an alarm", async () => {
  for (const answer of [() => Promise.reject(new LinkFault("not-found", "no")), () => Promise.resolve([session(1)])]) {
    rmSync(join(folder, EVIDENCE_FILE), { force: true });
    const watch = open();
    await watch.look();
    link.add(link.entries.length);
    link.logConsistency = answer;
    await watch.look();
    expect(evidence().failure).toBe("rewritten");
  }
});

test("what proves nothing against the coordinator changes nothing: no answer, another network's head, another's signature", async () => {
  const watch = open();
  await watch.look();
  watch.expect(session(4), release(4));
  link.fault = new LinkFault("unreachable", "no answer");
  await watch.look();
  link.fault = null;
  link.network = "other";
  await watch.look();
  link.network = "trial";
  const head = await link.logHead();
  link.logHead = async () => ({ ...head, payload: Buffer.from('{"network":"trial"}').toString("base64") });
  await watch.look();
  expect(watch.trouble).toBeNull();
  expect(logged).toEqual(Array.from({ length: 3 }, () => "the coordinator's log could not be looked at"));
  expect(existsSync(join(folder, EVIDENCE_FILE))).toBe(false);
});

test("the trouble holds where the evidence can't be written", async () => {
  const watch = open();
  await watch.look();
  link.entries.pop();
  rmSync(folder, { recursive: true });
  await watch.look();
  expect(watch.trouble).not.toBeNull();
});

test("a file that can't be read is no reason to begin anew", () => {
  writeFileSync(join(folder, "log-head.json"), "{");
  expect(open).toThrow(/restore the newest copy/);
});

test("it looks at once, then only when something was published or ten minutes have passed", async () => {
  let nowMs = 0;
  let looks = 0;
  const honest = link.logHead.bind(link);
  link.logHead = () => (looks++, honest());
  const nothing = () => {};
  const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
  const watch = LogWatch.open({ folder, rosters, scheme, sha256, link, releaseOf, nowMs: () => nowMs, log });
  const asked = new AbortController();
  const seen: number[] = [];
  await watch.run(asked.signal, async (ms) => {
    seen.push(looks);
    nowMs += ms;
    if (seen.length === 5) watch.expect(session(4), release(4));
    if (seen.length === 20) asked.abort();
  });
  expect(seen).toEqual([1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3]);
});
