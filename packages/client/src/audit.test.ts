import { sha256, tweetnaclScheme as scheme } from "@tutti/envelope";
import { append, type Entry, GENESIS, headOf } from "@tutti/ledger";
import { expect, test } from "vitest";
import { audit, type AuditCase } from "./audit.ts";
import type { AuditedCentre } from "./centre-audit.ts";
import { entriesIn, fileOf, filesOf, LOG, logOf, receiptOf, ROSTERS, SESSIONS } from "./audit-trial.ts";
import { CENTRES } from "./trial.ts";
import { verifyRelease } from "./verify-release.ts";

const A = filesOf("a");
const honest: AuditCase = { roster: ROSTERS, log: LOG, centres: [A] };
const run = (changes: Partial<AuditCase>) => audit({ ...honest, ...changes }, { scheme, sha256 });
const a = (changes: Partial<AuditedCentre>): Partial<AuditCase> => ({ centres: [{ ...A, ...changes }] });

/** Every line of an audit with a log and one centre, in its order. */
const LINES = {
  roster: /^roster: each version follows/,
  "log's head": /^log: the coordinator signed its head/,
  "log's root": /^log: \d+ entries make the root/,
  "log's rosters": /^log: every version of the roster in it/,
  chain: /^a: the ledger (?:is one chain|was altered|has lost)/,
  outcomes: /^a: each of \d+ answers has its outcome/,
  evidence: /^a: the evidence of \d+ past sessions is signed/,
  heads: /^a: the ledger runs through the heads/,
  releases: /^a: the ledger has each of these/,
  published: /^a: offers, formations and releases of \d+ sessions are in the log/,
  "kept head": /^a: the head of the log that it kept is the coordinator's/,
  "one log": /^a: the log begins with the \d+ entries that it has seen/,
} as const;

/** A ledger of the same deeds, chained anew, some of them changed or left out. */
function anew(change: (entry: Entry, index: number) => Entry | null): Uint8Array {
  let head = GENESIS;
  const entries = entriesIn("a").flatMap((entry, index) => {
    const deed = change(entry, index);
    if (deed === null) return [];
    const chained = append(head, deed, deed.time);
    head = headOf(chained);
    return [chained];
  });
  return fileOf(entries);
}

const otherRelease = `sha256:${"7".repeat(64)}`;

test("what really happened passes, line by line, across the coordinator's change of keys", () => {
  const checks = run({});
  expect(checks.filter(({ passed }) => !passed)).toEqual([]);
  expect(checks.map(({ text }) => Object.entries(LINES).find(([, words]) => words.test(text))?.[0] ?? text)).toEqual(Object.keys(LINES));
  expect(run({ centres: CENTRES.map(({ name }) => filesOf(name)) }).every(({ passed }) => passed)).toBe(true);
  expect(run({ log: null }).every(({ passed }) => passed)).toBe(true);
});

const TAMPERINGS: readonly (readonly [what: string, seen: keyof typeof LINES, changes: Partial<AuditCase>])[] = [
  ["a roster with a version left out", "roster", { roster: [ROSTERS[1], ROSTERS[0]] }],
  ["a log under a head that a centre signed", "log's head", { log: logOf(LOG.entries, CENTRES[0]) }],
  ["a log with an entry altered", "log's root", { log: { ...LOG, entries: LOG.entries.with(1, { ...LOG.entries[1]!, atMs: 5 }) } }],
  ["a log cut short", "log's root", { log: { ...LOG, entries: LOG.entries.slice(0, -1) } }],
  [
    "a log with a roster that nobody else has",
    "log's rosters",
    { log: logOf(LOG.entries.with(4, { ...LOG.entries[4]!, about: otherRelease })) },
  ],
  [
    "a ledger with a line edited",
    "chain",
    a({ ledger: fileOf(entriesIn("a").with(1, { ...entriesIn("a")[1]!, time: "2025-01-01T00:00:00.000Z" })) }),
  ],
  ["a ledger with a line taken out", "chain", a({ ledger: fileOf(entriesIn("a").toSpliced(1, 1)) })],
  [
    "a ledger written anew with an answer whose outcome is nowhere",
    "outcomes",
    a({ ledger: anew((entry) => (entry.kind === "released" ? null : entry)), history: [SESSIONS[0].item] }),
  ],
  [
    "a history with evidence that nobody signed",
    "evidence",
    a({ history: [{ ...A.history[0]!, offer: A.history[1]!.offer }, A.history[1]!] }),
  ],
  ["a ledger restored from an older copy", "heads", a({ ledger: fileOf(entriesIn("a").slice(0, 1)) })],
  [
    "a ledger written anew with another release than was published",
    "releases",
    a({ ledger: anew((entry) => (entry.kind === "released" ? { ...entry, body: { ...entry.body, release: otherRelease } } : entry)) }),
  ],
  ["a log without a release, signed anew", "published", { log: logOf(LOG.entries.toSpliced(3, 1)) }],
  ["a log without an offer, signed anew", "published", { log: logOf(LOG.entries.toSpliced(1, 1)) }],
  ["a log without a formation, signed anew", "published", { log: logOf(LOG.entries.toSpliced(2, 1)) }],
  ["a kept head that somebody else signed", "kept head", a({ logHead: logOf(LOG.entries.slice(0, 4), CENTRES[0]).head })],
  ["a log whose beginning was rewritten, signed anew", "one log", { log: logOf(LOG.entries.with(0, { ...LOG.entries[0]!, atMs: 5 })) }],
  ["a log shorter than was seen, signed anew", "one log", { log: logOf(LOG.entries.slice(0, 2)) }],
];

test.each(TAMPERINGS)("%s is seen by the line: %s", (_, seen, changes) => {
  const failed = run(changes).flatMap(({ text, passed }) => (passed ? [] : [text]));
  expect(failed.some((text) => LINES[seen].test(text))).toBe(true);
  // Every line that fails says what to do.
  for (const text of failed) expect(text).toMatch(/; if not, |: answer nothing more/);
});

test("every line of an audit is failed by one of these", () => {
  expect(new Set(TAMPERINGS.map(([, seen]) => seen))).toEqual(new Set(Object.keys(LINES)));
});

test("what one centre has tampered with is said of that one alone", () => {
  const centres = [{ ...A, ledger: fileOf(entriesIn("a").slice(0, 1)) }, ...CENTRES.slice(1).map(({ name }) => filesOf(name))];
  expect(run({ centres }).every(({ text, passed }) => passed || text.startsWith("a: "))).toBe(true);
});

test.each([0, 1] as const)("the receipt of session %i verifies under a head of the coordinator's next keys", (i) => {
  const { release } = SESSIONS[i];
  const failed = (receipt: unknown) =>
    verifyRelease(release, ROSTERS, scheme, { receipt }).flatMap(({ text, passed }) => (passed ? [] : [text]));
  const receipt = receiptOf(SESSIONS[i]);
  expect(failed(receipt)).toEqual([]);
  expect(failed({ ...receipt, head: logOf(LOG.entries, CENTRES[0]).head })).toEqual(["the coordinator signed the head of its log"]);
  expect(failed({ ...receipt, inclusion: receiptOf(SESSIONS[1 - i]!).inclusion })[0]).toContain("holds the release");
});
