import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Envelope } from "@tutti/envelope";
import type { LogHead } from "@tutti/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tutti } from "./command.ts";
import { freePort } from "./free-port.ts";
import { HandNetwork, type Started } from "./hand-network.ts";
import { releaseOf } from "./live-network.ts";
import { liveCentres } from "./sandbox-folder.ts";

// Backups of an agent and of the coordinator while they run, restored: the newest, and an old one.

const QUERY = { dataset: "live@3", purpose: "backups", measures: [{ id: "n", count: true }] };
const OTHER = { ...QUERY, where: { variable: "sex", is: "F" } };
const centres = liveCentres(5, 12, 21);
const [victim] = [...centres.keys()];

let network: HandNetwork;
let coordinator: Started;
let agent: Started;
beforeAll(async () => {
  // Agents find the coordinator where it was before.
  network = new HandNetwork(centres, { listen: { port: await freePort() } });
  coordinator = await network.startCoordinator();
  for (const centre of network.centres) {
    const started = await network.startAgent(centre);
    if (centre === victim) agent = started;
  }
});
afterAll(() => network?.remove());

const at = (name: string) => join(network.folder, name);
const agentConfig = () => ["--config", network.configOf(victim!)];
const coordinatorConfig = () => ["--config", at("coordinator/coordinator.json")];

const HEAD = () => join(network.folder, victim!, "ledger/log-head.json");
const sizeOf = ({ payload }: Envelope) => (JSON.parse(Buffer.from(payload, "base64").toString("utf8")) as LogHead).size;

/** What the agent writes of itself while it runs. */
const statusFile = () => readFileSync(join(network.folder, victim!, "ledger/status.json"), "utf8");

async function end({ child, code }: Started): Promise<void> {
  child.kill("SIGTERM");
  await code;
}

test("an agent is backed up while it runs, into a file for its owner alone, and restored as it was", async () => {
  expect((await network.ask(QUERY)).state).toBe("released");
  const made = await tutti("agent", "backup", ...agentConfig(), at("old"));
  expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining(`${victim}, as it was at`) });
  expect(statSync(at("old")).mode & 0o777).toBe(0o600);
  expect((await tutti("agent", "backup", ...agentConfig(), at("old"))).stderr).toContain("is there already");
  expect((await tutti("agent", "restore", ...agentConfig(), at("old"))).stderr).toContain("move this folder away first");
  const ledger = join(network.folder, victim!, "ledger");
  await end(agent);
  renameSync(ledger, `${ledger}.away`);
  expect((await tutti("agent", "restore", ...agentConfig(), at("old"))).code).toBe(0);
  for (const file of ["ledger.jsonl", "history.jsonl", "patients", "patient-key"])
    expect(readFileSync(join(ledger, file))).toEqual(readFileSync(join(`${ledger}.away`, file)));
  agent = await network.startAgent(victim!);
  expect(releaseOf(await network.ask(OTHER))).toMatchObject({ centres: { contributed: 5 } });
});

test("an agent that was restored from an old backup answers nothing, and says what to do", async () => {
  const ledger = join(network.folder, victim!, "ledger");
  writeFileSync(at("passphrase"), "correct horse battery\n", { mode: 0o600 });
  expect((await tutti("agent", "backup", ...agentConfig(), at("sealed"), "--passphrase-file", at("passphrase"))).code).toBe(0);
  expect(readFileSync(at("sealed")).includes("ledger.jsonl")).toBe(false);
  await tutti("agent", "backup", ...agentConfig(), at("new"));
  await end(agent);
  rmSync(ledger, { recursive: true });
  expect((await tutti("agent", "restore", ...agentConfig(), at("old"))).code).toBe(0);
  agent = await network.startAgent(victim!);
  expect(releaseOf(await network.ask({ ...QUERY, purpose: "after" }))).toMatchObject({ centres: { invited: 5, contributed: 4 } });
  await expect.poll(statusFile, { timeout: 60_000 }).toContain("tutti agent restore");
  expect((await tutti("agent", "status", ...agentConfig())).stdout).toContain("tutti agent restore");
  // The newest one is taken without a word.
  await end(agent);
  rmSync(ledger, { recursive: true });
  expect((await tutti("agent", "restore", ...agentConfig(), at("sealed"))).stderr).toContain("--passphrase-file");
  expect((await tutti("agent", "restore", ...agentConfig(), at("sealed"), "--passphrase-file", at("passphrase"))).code).toBe(0);
  agent = await network.startAgent(victim!);
  expect(releaseOf(await network.ask({ ...OTHER, purpose: "again" }))).toMatchObject({ centres: { contributed: 5 } });
});

test("a damaged backup, another centre's, and no backup are refused", async () => {
  writeFileSync(at("cut"), readFileSync(at("new")).subarray(0, -1));
  writeFileSync(at("none"), "{}\n");
  renameSync(join(network.folder, victim!, "ledger"), at("away"));
  expect((await tutti("agent", "restore", ...agentConfig(), at("cut"))).stderr).toContain("is damaged");
  expect((await tutti("agent", "restore", ...agentConfig(), at("none"))).stderr).toContain("is not a backup");
  expect((await tutti("agent", "restore", "--config", network.configOf(network.centres[1]!), at("new"))).code).toBe(1);
  expect(existsSync(join(network.folder, victim!, "ledger"))).toBe(false);
  renameSync(at("away"), join(network.folder, victim!, "ledger"));
});

test("the coordinator is backed up while it runs, and restored with its releases", async () => {
  const made = await tutti("coordinator", "backup", ...coordinatorConfig(), at("store.backup"));
  expect([made.code, made.stdout]).toEqual([0, expect.stringMatching(/^4 queries, 4 releases/)]);
  expect(statSync(at("store.backup")).mode & 0o777).toBe(0o600);
  const client = network.client();
  const id = await client.ask({ ...QUERY, purpose: "kept" });
  expect((await client.wait(id, { timeoutMs: 60_000 })).state).toBe("released");
  await tutti("coordinator", "backup", ...coordinatorConfig(), at("store.newest"));
  // One of the agents looks at the log, which it does when it starts, and keeps its head.
  const headSize = () => (existsSync(HEAD()) ? sizeOf(JSON.parse(readFileSync(HEAD(), "utf8")) as Envelope) : 0);
  const before = headSize();
  await end(agent);
  agent = await network.startAgent(victim!);
  await expect.poll(headSize, { timeout: 30_000 }).toBeGreaterThan(before);
  await end(coordinator);
  expect((await tutti("coordinator", "restore", ...coordinatorConfig(), at("store.newest"))).stderr).toContain("move it away first");
  for (const suffix of ["", "-wal", "-shm"]) rmSync(at(`coordinator/store.sqlite${suffix}`), { force: true });
  expect((await tutti("coordinator", "restore", ...coordinatorConfig(), at("old"))).stderr).toContain("no backup of a coordinator");
  const restored = await tutti("coordinator", "restore", ...coordinatorConfig(), at("store.newest"));
  expect([restored.code, restored.stdout]).toEqual([0, expect.stringMatching(/^5 queries, 5 releases/)]);
});

test("a coordinator that was restored from an old backup shows a shorter log: who has seen the longer one raises the alarm", async () => {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(at(`coordinator/store.sqlite${suffix}`), { force: true });
  expect((await tutti("coordinator", "restore", ...coordinatorConfig(), at("store.backup"))).code).toBe(0);
  coordinator = await network.startCoordinator();
  await end(agent);
  agent = await network.startAgent(victim!);
  const evidence = join(network.folder, victim!, "ledger/log-evidence.json");
  await expect.poll(() => existsSync(evidence), { timeout: 30_000 }).toBe(true);
  const { failure, kept, shown } = JSON.parse(readFileSync(evidence, "utf8")) as { failure: string; kept: Envelope; shown: Envelope };
  expect(failure).toBe("shorter");
  expect(sizeOf(shown)).toBeLessThan(sizeOf(kept));
  const doctor = await tutti("agent", "doctor", ...agentConfig());
  expect([doctor.code, doctor.stdout]).toEqual([1, expect.stringContaining("log-evidence.json")]);
  await expect.poll(statusFile, { timeout: 30_000 }).toContain("log-evidence.json");
  expect((await tutti("agent", "status", ...agentConfig())).stdout).toContain("log-evidence.json");
});

test("and learns from the centres what it published since; once people have looked, all answer again", async () => {
  const first = await network.ask({ ...QUERY, purpose: "after the restore" });
  expect(first).toMatchObject({ state: "refused", release: null });
  const items = async () => {
    const database = new DatabaseSync(at("coordinator/store.sqlite"), { readOnly: true });
    const [row] = database.prepare("SELECT count(*) AS items FROM past").all();
    database.close();
    return row!["items"];
  };
  await expect.poll(items, { timeout: 30_000 }).toBe(5);
  await end(agent);
  renameSync(join(network.folder, victim!, "ledger/log-evidence.json"), at("evidence"));
  agent = await network.startAgent(victim!);
  // A centre that was away from the coordinator for a moment misses one offer, and no more.
  let contributed = 0;
  for (let offer = 1; offer <= 3 && contributed < 5; offer++)
    contributed = releaseOf(await network.ask({ ...QUERY, purpose: `once all know, offer ${offer}` })).centres.contributed;
  expect(contributed).toBe(5);
});
