import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { audit, type AuditedCentre, type Check, verifyRelease } from "@tutti/client";
import { fromUtf8, type Identity, parseIdentity, toHex, toUtf8 } from "@tutti/envelope";
import { encodeLine, GENESIS, headOf, append, MerkleTree, readLedger } from "@tutti/ledger";
import { scheme, sha256 } from "@tutti/platform";
import {
  entryLeaf,
  type HistoryItem,
  LOG_HEAD,
  type LogEntry,
  type LogFile,
  openLogHead,
  type Receipt,
  RosterChain,
  signMessage,
} from "@tutti/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tutti } from "../live/command.ts";
import { LiveNetwork } from "../live/live-network.ts";
import { liveCentres, removeSandboxes, writeSandbox } from "../live/sandbox-folder.ts";

// A coordinator that rewrites what it did, hides a release or shows two logs; a centre whose ledger was edited. Real processes make the files.

const QUERIES = [
  { dataset: "live@3", purpose: "two pasts", measures: [{ id: "n", count: true }] },
  { dataset: "live@3", purpose: "two pasts", measures: [{ id: "sex", distribution: "sex" }] },
];

let folder: string;
let log: LogFile;
let centres: readonly AuditedCentre[];
let release: unknown;
let receipt: Receipt;
let roster: unknown;
let coordinator: Identity;
const printed: Record<string, { readonly code: number | null; readonly stdout: string }> = {};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "two-pasts-"));
  const sandbox = writeSandbox(liveCentres(4, 30, 5), QUERIES);
  const network = await LiveNetwork.start(sandbox);
  const home = dirname(network.roster);
  const access = ["--coordinator", network.url, "--token", network.token];
  const at = (name: string) => join(folder, name);
  for (const [i] of QUERIES.entries()) {
    const { code, stdout, stderr } = await tutti(
      "query",
      join(sandbox, `q${i + 1}.json`),
      ...access,
      "--json",
      "--receipt",
      at(`receipt${i + 1}.json`),
    );
    if (code !== 0) throw new Error(stderr);
    writeFileSync(at(`release${i + 1}.json`), stdout);
  }
  const verify = ["verify", at("release1.json"), "--roster", network.roster, "--receipt", at("receipt1.json")];
  printed["verify"] = await tutti(...verify, "--query", join(sandbox, "q1.json"));
  printed["verify another query"] = await tutti(...verify, "--query", join(sandbox, "q2.json"), "--json");
  printed["log"] = await tutti("log", "--coordinator", network.url);
  writeFileSync(at("log.json"), printed["log"].stdout);
  const names = ["centre-01", "centre-02", "centre-03", "centre-04"];
  const ledgers = names.map((name) => `${name}=${join(ledgerOf(home, name))}`);
  printed["audit"] = await tutti("audit", "--roster", network.roster, "--log", network.url, ...ledgers.flatMap((one) => ["--ledger", one]));
  cpSync(home, at("home"), { recursive: true, filter: (path) => !path.endsWith(".lock") });
  await network.stop();
  roster = json(at("home/roster.json"));
  log = json(at("log.json")) as LogFile;
  release = json(at("release1.json"));
  receipt = json(at("receipt1.json")) as Receipt;
  coordinator = parseIdentity(readFileSync(at("home/coordinator/identity.json"), "utf8"));
  centres = names.map((name) => centreIn(ledgerOf(at("home"), name), name));
}, 120_000);
afterAll(() => {
  removeSandboxes();
  rmSync(folder, { recursive: true, force: true });
});

/** The sandbox numbers its agents. */
function ledgerOf(home: string, name: string): string {
  return join(home, `agent-${Number(name.slice(-2))}`, "ledger");
}

function json(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}

function centreIn(ledger: string, name: string): AuditedCentre {
  const lines = readFileSync(join(ledger, "history.jsonl"), "utf8").trimEnd().split("\n");
  const history = lines.map((line) => JSON.parse(line.split("\t")[2]!) as HistoryItem);
  return { name, ledger: readFileSync(join(ledger, "ledger.jsonl")), history, logHead: json(join(ledger, "log-head.json")) };
}

/** The texts of an audit's lines that failed. */
function failed(changes: { readonly log?: LogFile | null; readonly centres?: readonly AuditedCentre[] } = {}): readonly string[] {
  return texts(audit({ roster, log, centres, ...changes }, { scheme, sha256 }));
}
const texts = (checks: readonly Check[]) => checks.flatMap(({ text, passed }) => (passed ? [] : [text]));

/** A log of other entries, under a head that the coordinator really signs. */
function signedAnew(entries: readonly LogEntry[]): LogFile {
  const tree = new MerkleTree(sha256);
  for (const entry of entries) tree.append(entryLeaf(entry, sha256));
  const value = { network: RosterChain.open(roster, scheme).newest.network, size: tree.size, root: toHex(tree.root()), atMs: Date.now() };
  return { head: signMessage(LOG_HEAD, value, coordinator, scheme), entries };
}

const withLedger = (lines: readonly string[]): readonly AuditedCentre[] => [
  { ...centres[0]!, ledger: toUtf8(lines.join("")) },
  ...centres.slice(1),
];
const linesOf = ({ ledger }: AuditedCentre) =>
  fromUtf8(ledger)
    .split("\n")
    .slice(0, -1)
    .map((line) => `${line}\n`);

test("what really happened holds, line by line, for release, receipt, log and ledgers", () => {
  expect(failed()).toEqual([]);
  expect(log.entries.map(({ kind }) => kind)).toEqual(["roster", "offer", "formation", "release", "offer", "formation", "release"]);
  expect([printed["audit"]!.code, printed["verify"]!.code]).toEqual([0, 0]);
  expect(printed["audit"]!.stdout).not.toContain("✗");
  expect(printed["verify"]!.stdout).toMatch(/✓ centre-03 took part with a ledger of 1 entries/);
  expect(printed["verify"]!.stdout).toMatch(/✓ the log of \d entries, root [0-9a-f]{12}, holds the release of session/);
  expect(printed["verify"]!.stdout).toMatch(/✓ the query is the one that was answered/);
});

test("another query than was answered fails, and its line says so", () => {
  const { code, stdout } = printed["verify another query"]!;
  const { verified, checks } = JSON.parse(stdout) as { verified: boolean; checks: readonly Check[] };
  expect([code, verified, texts(checks).length, texts(checks)[0]]).toEqual([1, false, 1, expect.stringMatching(/^the query is the one/)]);
});

test.each<readonly [string, (honest: Receipt) => Receipt, RegExp]>([
  [
    "under another entry",
    (honest) => ({ ...honest, inclusion: { ...honest.inclusion, index: honest.inclusion.index - 1 } }),
    /holds the release/,
  ],
  [
    "dated anew",
    (honest) => ({ ...honest, inclusion: { ...honest.inclusion, entry: { ...honest.inclusion.entry, atMs: 1 } } }),
    /holds the release/,
  ],
  [
    "of another query's offer",
    (honest) => ({ ...honest, offer: centres[0]!.history.at(-1)!.offer, formation: centres[0]!.history.at(-1)!.formation }),
    /it asked the query/,
  ],
  [
    "with participants of another session",
    (honest) => ({ ...honest, formation: centres[0]!.history.at(-1)!.formation }),
    /each participant signed/,
  ],
  [
    "with a head that nobody signed",
    (honest) => ({ ...honest, head: { ...honest.head, payload: honest.offer.payload } }),
    /signed the head/,
  ],
])("a receipt %s fails", (_, forge, words) => {
  expect(texts(verifyRelease(release, roster, scheme, { receipt: forge(receipt) }))[0]).toMatch(words);
  expect(texts(verifyRelease(release, roster, scheme, { receipt }))).toEqual([]);
});

test("a log whose entries were altered does not make the root that was signed", () => {
  const entries = log.entries.with(3, { ...log.entries[3]!, atMs: 1 });
  expect(failed({ log: { ...log, entries } })[0]).toMatch(/^log: 7 entries make the root/);
});

test("a coordinator that hides a release, and signs the rest anew, is found by every centre that has it", () => {
  const hidden = signedAnew(log.entries.toSpliced(3, 1));
  expect(failed({ log: hidden, centres: [] })).toEqual([]);
  expect(failed({ log: hidden }).filter((text) => text.includes("(1 are not); if not, the coordinator hides them")).length).toBe(4);
});

test("a coordinator that rewrites its log, and signs it anew, is found by the heads that centres have kept", () => {
  const seen = openLogHead(centres[0]!.logHead, RosterChain.open(roster, scheme).newest, scheme);
  expect(seen.size).toBeGreaterThan(0);
  const rewritten = signedAnew(log.entries.with(0, { ...log.entries[0]!, atMs: 1 }));
  expect(failed({ log: rewritten, centres: [] })).toEqual([]);
  expect(failed({ log: rewritten }).filter((text) => text.includes("two logs were shown")).length).toBe(4);
  expect(failed({ log: signedAnew([]) }).filter((text) => text.includes("two logs were shown")).length).toBe(4);
});

test("a coordinator that shows one centre another log is found when heads are compared", () => {
  const shown = signedAnew([...log.entries.slice(0, 1), log.entries[4]!]);
  const split = centres.map((centre, i) => (i === 2 ? { ...centre, logHead: shown.head } : centre));
  expect(failed({ centres: split })).toEqual([expect.stringMatching(/^centre-03: the log begins with the 2 entries/)]);
});

test("a ledger with an entry edited or taken out is no chain", () => {
  const lines = linesOf(centres[0]!);
  expect(lines.map((line) => (JSON.parse(line) as { kind: string }).kind)).toEqual([
    "pinned",
    "answered",
    "released",
    "answered",
    "released",
  ]);
  expect(failed({ centres: withLedger(lines.with(1, lines[1]!.replace("2026-", "2025-"))) })[0]).toMatch(
    /^centre-01: the ledger was altered at entry 2/,
  );
  expect(failed({ centres: withLedger(lines.toSpliced(1, 1)) })[0]).toMatch(
    /^centre-01: the ledger has lost, repeated or moved entries at entry 1/,
  );
});

test("a ledger that was written anew without an answer, or restored from an older copy, is found by the heads that others have", () => {
  const { entries } = readLedger(centres[0]!.ledger);
  let head = GENESIS;
  const anew = entries.slice(2).map(({ kind, body, time }) => {
    const entry = append(head, { kind, body } as Parameters<typeof append>[1], time);
    head = headOf(entry);
    return encodeLine(entry);
  });
  for (const forged of [anew, linesOf(centres[0]!).slice(0, 1)]) {
    const found = failed({ centres: withLedger(forged) });
    expect(
      found.some((text) => text.startsWith("centre-01: the ledger runs through") || text.startsWith("centre-01: the ledger has each")),
    ).toBe(true);
    expect(found.every((text) => text.startsWith("centre-01"))).toBe(true);
  }
});
