import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../invariants/repository.ts";
import { type Ended, tutti } from "./command.ts";
import { csvOf, LIVE, liveCentres } from "./sandbox-folder.ts";

// A network from nothing, by its commands alone, with real processes: three centres join, a fourth does, one has its key taken away.

const folder = mkdtempSync(join(tmpdir(), "tutti-joining-"));
const network = join(folder, "network");
const TOKEN = "open-sesame";
const running = new Map<string, ChildProcess>();
const patients = [...liveCentres(4, 20, 4).values()];
const QUERY = { dataset: "live@3", purpose: "joining", measures: [{ id: "n", count: true }] };
let url = "";
/** What dijon's person read out. */
let dijon = "";

beforeAll(() => {
  writeFileSync(join(folder, "dataset.json"), JSON.stringify(LIVE));
  writeFileSync(join(folder, "q.json"), JSON.stringify(QUERY));
});
afterAll(async () => {
  for (const child of running.values()) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

async function done(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await tutti(...args);
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  return stdout;
}

/** Starts a program by its configuration, and gives its first line. */
async function start(app: "coordinator" | "agent", name: string, config: string): Promise<Readonly<Record<string, unknown>>> {
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", join(ROOT, `apps/${app}/src/main.ts`), "--config", config],
    {
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  running.set(name, child);
  return JSON.parse(line) as Readonly<Record<string, unknown>>;
}

async function stop(name: string): Promise<void> {
  const child = running.get(name)!;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}

const at = (name: string, file: string): string => join(folder, name, file);

/** What happens at a centre: keys, and the line by mail. Gives what its person reads out on the phone. */
async function keysOf(name: string, ...more: readonly string[]): Promise<string> {
  const made = JSON.parse(await done("keygen", name, "--out", join(folder, name), "--json", ...more)) as {
    readonly line: string;
    readonly fingerprint: string;
  };
  writeFileSync(at(name, "line"), made.line);
  return made.fingerprint;
}

const enrol = (name: string, fingerprint: string): Promise<Ended> =>
  tutti("centre", "enrol", at(name, "line"), "--network", network, "--fingerprint", fingerprint, "--json");

/** Its agent, under the roster that the network has now. */
async function startAgent(name: string, index: number): Promise<void> {
  cpSync(join(network, "roster.json"), at(name, "roster.json"));
  writeFileSync(at(name, "data.csv"), csvOf(patients[index]!));
  const config = {
    centre: name,
    coordinator: url,
    identity: "identity.json",
    roster: "roster.json",
    datasets: [{ dictionary: join(folder, "dataset.json"), data: "data.csv" }],
    ledger: "ledger",
  };
  writeFileSync(at(name, "agent.json"), JSON.stringify(config));
  expect(await start("agent", name, at(name, "agent.json"))).toEqual({ ready: true });
}

const ask = (): Promise<Ended> =>
  tutti("query", join(folder, "q.json"), "--coordinator", url, "--token", TOKEN, "--json", "--quiet", "--timeout", "60");

interface RosterSeen {
  readonly pinned: { readonly version: number };
  readonly pending: readonly { readonly version: number; readonly changes: readonly { readonly what: string; readonly name: string }[] }[];
}

const rosterAt = async (name: string): Promise<RosterSeen> =>
  JSON.parse(await done("agent", "roster", "--config", at(name, "agent.json"), "--json")) as RosterSeen;

/** Waits until the coordinator has told a centre's agent a version, which writes it down; then asks what the agent shows of it. */
async function toldAt(name: string, version: number): Promise<RosterSeen> {
  const told = at(name, "ledger/roster/told.json");
  const versions = () => (existsSync(told) ? (JSON.parse(readFileSync(told, "utf8")) as readonly unknown[]).length : 0);
  await expect.poll(versions, { timeout: 300_000 }).toBe(version);
  return rosterAt(name);
}

/** Waits until the coordinator serves a version: it looks at its file now and then. */
async function served(version: number): Promise<void> {
  await expect
    .poll(async () => ((await (await fetch(`${url}/v1/rosters/0`)).json()) as { readonly versions: unknown[] }).versions.length, {
      timeout: 20_000,
    })
    .toBe(version);
}

const CENTRES = ["angers", "brest", "caen"];

test("a network from nothing: founded, three centres enrolled, started, asked", { timeout: 600_000 }, async () => {
  await done("network", "init", network, "--name", "trial", "--dataset", join(folder, "dataset.json"), "--port", "0");
  for (const name of CENTRES) {
    mkdirSync(join(folder, name), { mode: 0o700 });
    const fingerprint = await keysOf(name);
    expect(
      (
        await enrol(
          name,
          fingerprint.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10)),
        )
      ).code,
    ).toBe(1);
    expect((await enrol(name, fingerprint)).code).toBe(0);
  }
  const config = join(network, "coordinator.json");
  const hash = `sha256:${createHash("sha256").update(TOKEN).digest("hex")}`;
  writeFileSync(config, JSON.stringify({ ...(JSON.parse(readFileSync(config, "utf8")) as object), tokens: [{ name: "ann", hash }] }));
  url = String((await start("coordinator", "coordinator", config))["url"]);
  for (const [i, name] of CENTRES.entries()) await startAgent(name, i);
  const { code, stdout, stderr } = await ask();
  expect([code, stderr]).toEqual([0, ""]);
  writeFileSync(join(folder, "first.json"), stdout);
  expect(JSON.parse(stdout)).toMatchObject({ centres: { invited: 3, contributed: 3 } });
});

test("a fourth centre joins: nobody answers with it before a person has said yes at each", { timeout: 600_000 }, async () => {
  mkdirSync(join(folder, "dijon"), { mode: 0o700 });
  dijon = await keysOf("dijon");
  expect((await enrol("dijon", dijon)).code).toBe(0);
  await served(5);
  await startAgent("dijon", 3);
  const early = await ask();
  expect(early.code).toBe(3);
  expect(early.stderr).toContain("roster: 3");
  for (const name of CENTRES) {
    expect(await toldAt(name, 5)).toMatchObject({
      pinned: { version: 4 },
      pending: [{ version: 5, changes: [{ what: "added", name: "dijon" }] }],
    });
    await done("agent", "roster", "accept", "--version", "5", "--by", "Ada", "--config", at(name, "agent.json"));
  }
  const { code, stdout } = await ask();
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ centres: { invited: 4, contributed: 4 } });
  const ledger = readFileSync(at("angers", "ledger/ledger.jsonl"), "utf8").trim().split("\n");
  expect(ledger.map((line) => JSON.parse(line) as { kind: string; body: object }).filter(({ kind }) => kind === "pinned")).toMatchObject([
    { body: { version: 4 } },
    { body: { version: 5, by: "Ada" } },
  ]);
});

test("a key is rotated: the old one signs for it, and the agent goes on with the new one", { timeout: 600_000 }, async () => {
  mkdirSync(join(folder, "next"), { mode: 0o700 });
  const made = await done("keygen", "brest", "--out", join(folder, "next"), "--rotate", at("brest", "identity.json"));
  writeFileSync(at("brest", "line"), made);
  await done("centre", "rotate", at("brest", "line"), "--network", network);
  await served(6);
  // An offer under a version that is new to it has an agent ask for it; brest, whose key counts no more, asks by itself.
  await ask();
  for (const name of ["angers", "brest", "caen", "dijon"]) {
    expect(await toldAt(name, 6)).toMatchObject({ pending: [{ version: 6, changes: [{ what: "rotated", name: "brest" }] }] });
    await done("agent", "roster", "accept", "--version", "6", "--config", at(name, "agent.json"));
  }
  await stop("brest");
  cpSync(at("next", "identity.json"), at("brest", "identity.json"));
  expect(await start("agent", "brest", at("brest", "agent.json"))).toEqual({ ready: true });
  expect(JSON.parse((await ask()).stdout)).toMatchObject({ centres: { invited: 4, contributed: 4 } });
});

test("a revoked key is refused at once, by the coordinator and by the centres, and the others go on", { timeout: 600_000 }, async () => {
  await done("centre", "revoke", "dijon", "--network", network);
  await served(7);
  await ask();
  for (const name of CENTRES) {
    expect(await toldAt(name, 7)).toMatchObject({ pending: [{ version: 7 }] });
    await done("agent", "roster", "accept", "--version", "7", "--config", at(name, "agent.json"));
  }
  // Without the patients of dijon some or all of it hides; the three answer all the same.
  const { code, stdout } = await ask();
  expect([0, 5]).toContain(code);
  expect(JSON.parse(stdout)).toMatchObject({ centres: { invited: 3, contributed: 3 } });
  const back = await enrol("dijon", dijon);
  expect(back.code).toBe(1);
  expect(back.stderr).toContain("given up");
});

test("the first release still verifies, with the list of all versions", { timeout: 600_000 }, async () => {
  expect((await tutti("verify", join(folder, "first.json"), "--roster", join(network, "roster.json"))).code).toBe(0);
  const newest = join(folder, "newest.json");
  writeFileSync(newest, JSON.stringify(await (await fetch(`${url}/v1/roster`)).json()));
  expect((await tutti("verify", join(folder, "first.json"), "--roster", newest)).code).toBe(1);
});
