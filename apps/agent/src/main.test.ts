import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { createIdentity, formatIdentity } from "@tutti/envelope";
import { readLedger } from "@tutti/ledger";
import { random } from "@tutti/platform";
import { DATASET } from "./trial/trial-dataset.ts";
import { CENTRES, TrialNetwork } from "./trial/trial-network.ts";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));
/** A second on a machine of its own; less than the wait for offers lasts that it is in, also on one that is busy with other tests. */
const END_WITHIN_MS = 15_000;
const network = new TrialNetwork();
const other = new TrialNetwork();
const folder = mkdtempSync(join(tmpdir(), "agent-"));
const path = (name: string) => join(folder, name);
const children: ChildProcess[] = [];
// Starting a process takes a second where others are busy.
vi.setConfig({ testTimeout: 30_000 });

let server: Server;
let coordinator: string;
/** The roster that the coordinator tells. */
let roster: unknown;
let polls: number;

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === "/v1/rosters/0") response.end(JSON.stringify({ versions: [roster] }));
    // Others, such as a look at the log, get no answer.
    else if (request.url === "/v1/offers") polls++;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  coordinator = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeFileSync(path("roster.json"), JSON.stringify(network.rosterFile));
  writeFileSync(path("identity.json"), formatIdentity(network.identities[0]!), { mode: 0o600 });
  writeFileSync(path("dataset.json"), JSON.stringify(DATASET));
  writeFileSync(path("data.csv"), "id,sex\n1,F\n2,M\n");
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

interface Run {
  readonly child: ChildProcess;
  readonly line: Promise<Readonly<Record<string, unknown>>>;
  readonly code: Promise<number | null>;
  readonly log: () => string;
}

/** Starts the program with a configuration of its own; the ledger is new unless given. */
function run(changes: object = {}): Run {
  roster = network.rosterFile;
  polls = 0;
  const home = mkdtempSync(path("home-"));
  const whole = {
    centre: CENTRES[0],
    coordinator,
    identity: path("identity.json"),
    roster: path("roster.json"),
    datasets: [{ dictionary: path("dataset.json"), data: path("data.csv") }],
    ledger: join(home, "ledger"),
    exitWithParent: true,
    ...changes,
  };
  writeFileSync(join(home, "agent.json"), JSON.stringify(whole));
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", MAIN, "--config", join(home, "agent.json")], {
    env: { ...process.env, NODE_COMPILE_CACHE: path("compiled") },
  });
  children.push(child);
  let out = "";
  let log = "";
  child.stderr.on("data", (chunk) => (log += chunk));
  const line = new Promise<Record<string, unknown>>((resolve) => {
    child.stdout.on("data", (chunk) => {
      out += chunk;
      if (out.includes("\n")) resolve(JSON.parse(out.slice(0, out.indexOf("\n"))));
    });
    child.on("close", () => resolve({ ready: "never" }));
  });
  const code = new Promise<number | null>((resolve) => child.on("close", resolve));
  return { child, line, code, log: () => log };
}

async function problemOf(changes: object): Promise<unknown> {
  const { line, code } = run(changes);
  const said = await line;
  expect([said["ready"], await code]).toEqual([false, 1]);
  return said["problem"];
}

test("is ready when the coordinator was reached and offers are asked for, and ends with its parent", async () => {
  const { child, line, code } = run();
  expect(await line).toEqual({ ready: true });
  await expect.poll(() => polls).toBe(1);
  const began = performance.now();
  child.stdin!.end();
  expect(await code).toBe(0);
  expect(performance.now() - began).toBeLessThan(END_WITHIN_MS);
});

test("ends when it is asked to, without waiting for offers any longer, and leaves the ledger to the next", async () => {
  const ledger = path("shared-ledger");
  const first = run({ ledger, exitWithParent: false });
  expect(await first.line).toEqual({ ready: true });
  expect(await problemOf({ ledger })).toContain("another agent is writing this ledger");
  const began = performance.now();
  first.child.kill("SIGTERM");
  expect(await first.code).toBe(0);
  expect(performance.now() - began).toBeLessThan(END_WITHIN_MS);
  const entries = readLedger(readFileSync(join(ledger, "ledger.jsonl"))).entries;
  expect(entries.map(({ kind }) => kind)).toEqual(["pinned"]);
  const next = run({ ledger });
  expect(await next.line).toEqual({ ready: true });
  next.child.kill("SIGKILL");
  await next.code;
  expect(await run({ ledger }).line).toEqual({ ready: true });
});

test("data that don't fit are named by column and line, and nothing of them is said", async () => {
  writeFileSync(path("bad.csv"), "id,sex\n1,F\n2,Ada Lovelace\n");
  const { line, code, log } = run({ datasets: [{ dictionary: path("dataset.json"), data: path("bad.csv") }] });
  const { problem } = await line;
  expect(await code).toBe(1);
  expect(problem).toMatch(/"sex".*line 3/s);
  expect(`${problem as string}${log()}`).not.toContain("Ada");
});

test.each([
  ["an unknown key", () => ({ cordinator: "x" }), /unknown key "cordinator": did you mean "coordinator"\?/],
  ["a centre that is not the identity's", () => ({ centre: "Dijon" }), /identity of another party than Dijon/],
  [
    "an identity that the roster does not have",
    () => {
      writeFileSync(path("new.json"), formatIdentity(createIdentity(CENTRES[0]!, random)), { mode: 0o600 });
      return { identity: path("new.json") };
    },
    /another key for Ancona/,
  ],
  [
    "a roster that was altered",
    () => {
      const { payload, ...rest } = network.rosterFile;
      writeFileSync(path("altered.json"), JSON.stringify({ ...rest, payload: payload.replace(/^..../, "e30K") }));
      return { roster: path("altered.json") };
    },
    /altered\.json: /,
  ],
  [
    "a dictionary that is none",
    () => {
      copyFileSync(path("data.csv"), path("dictionary.json"));
      return { datasets: [{ dictionary: path("dictionary.json"), data: path("data.csv") }] };
    },
    /dictionary\.json is not JSON/,
  ],
  ["data that are not there", () => ({ datasets: [{ dictionary: path("dataset.json"), data: path("none.csv") }] }), /no such file/],
])("%s is a problem that says what to do", async (_, changes, problem) => {
  expect(await problemOf(changes())).toMatch(problem);
});

test("a coordinator of another network is a problem before anything is asked", async () => {
  const { line } = run();
  roster = other.rosterFile;
  expect((await line)["problem"]).toMatch(/has another roster than this centre/);
  expect(polls).toBe(0);
});

test("a preview prints what the centre would contribute, asks nobody and keeps nothing", async () => {
  const home = mkdtempSync(path("preview-"));
  const ledger = join(home, "ledger");
  const datasets = [{ dictionary: path("dataset.json"), data: path("data.csv") }];
  const whole = { centre: CENTRES[0], coordinator, identity: path("identity.json"), roster: path("roster.json"), datasets, ledger };
  writeFileSync(join(home, "agent.json"), JSON.stringify(whole));
  writeFileSync(join(home, "query.json"), JSON.stringify({ dataset: "trial@1", measures: [{ id: "sex", distribution: "sex" }] }));
  writeFileSync(join(home, "wrong.json"), JSON.stringify({ dataset: "trial@1", measures: [{ id: "sex", distribution: "sax" }] }));
  const previewed = (...args: readonly string[]) => {
    const all = ["--disable-warning=ExperimentalWarning", MAIN, "preview", "--config", join(home, "agent.json"), ...args];
    return spawnSync(process.execPath, all, { encoding: "utf8" });
  };
  const { stdout, status } = previewed(join(home, "query.json"), "--json");
  expect([status, JSON.parse(stdout)]).toEqual([
    0,
    { centre: "Ancona", dataset: "trial@1", patients: 2, rows: [{ measure: "sex", stratum: {}, counts: { known: 2, F: 1, M: 1 } }] },
  ]);
  expect(previewed(join(home, "query.json")).stdout).toContain("sex: known 2, F 1, M 1");
  expect(previewed(join(home, "wrong.json"))).toMatchObject({ status: 1, stdout: "", stderr: expect.stringContaining('"sex"') });
  expect(existsSync(ledger)).toBe(false);
});
