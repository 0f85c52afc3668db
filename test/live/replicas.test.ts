import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TrialPostgres } from "@tutti/coordinator/postgres-trial";
import { parseIdentity, signRequest, toUtf8 } from "@tutti/envelope";
import { scheme } from "@tutti/platform";
import { ENDPOINTS, OUTCOMES } from "@tutti/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HandNetwork, type Started } from "./hand-network.ts";
import { releaseOf } from "./live-network.ts";
import { RoundRobin } from "./round-robin.ts";
import { liveCentres } from "./sandbox-folder.ts";

// Two replicas on a real PostgreSQL, behind a proxy that gives each request to another one.

const QUERY = { dataset: "live@3", purpose: "replicas", measures: [{ id: "n", count: true }] };
const UNLIMITED = { perMinute: 1_000_000, burst: 1_000_000 };
const centres = liveCentres(4, 12, 11);
const patients = [...centres.values()].reduce((sum, { length }) => sum + length, 0);

let server: TrialPostgres;
let network: HandNetwork;
let replicas: Started[];
let proxy: RoundRobin;
beforeAll(async () => {
  server = await TrialPostgres.start();
  network = new HandNetwork(centres, {
    store: undefined,
    database: "database-url",
    deadlines: { exchangeMs: 3_000 },
    limits: { address: UNLIMITED, centre: UNLIMITED, asking: UNLIMITED, reading: UNLIMITED },
  });
  writeFileSync(join(network.folder, "coordinator/database-url"), `${await server.database()}\n`, { mode: 0o600 });
  replicas = [await network.startCoordinator(), await network.startCoordinator()];
  proxy = await RoundRobin.start(replicas.map(({ ready }) => String(ready["url"])));
  network.comeBy(proxy.url);
  for (const centre of network.centres) await network.startAgent(centre);
});
afterAll(async () => {
  proxy?.stop();
  await network?.remove();
  await server?.stop();
});

test("a query that is asked of both replicas in turn is answered, and told by each", async () => {
  const state = await network.ask(QUERY);
  expect(state.state).toBe("released");
  expect(releaseOf(state)).toMatchObject({ centres: { contributed: 4, finished: 4 }, results: [{ count: patients }] });
  for (const answered of proxy.answered) expect(answered).toBeGreaterThan(5);
});

test("a signed request counts once over both replicas", async () => {
  const identity = parseIdentity(readFileSync(join(network.folder, network.centres[0]!, "identity.json"), "utf8"));
  const [method, target] = [ENDPOINTS.history.method, ENDPOINTS.history.path];
  const body = toUtf8(JSON.stringify({ dataset: "live@3", marks: [], records: [] }));
  const nowSeconds = Math.floor(Date.now() / 1_000);
  const signing = { audience: "coordinator", nowSeconds, ttlSeconds: 60, nonce: randomBytes(16) };
  const headers = { ...signRequest({ method, target, body }, identity, signing, scheme) };
  const statuses = [];
  for (const { ready } of [...replicas, replicas[0]!])
    statuses.push((await fetch(`${String(ready["url"])}${target}`, { method, headers, body: Buffer.from(body) })).status);
  expect(statuses).toEqual([200, 401, 401]);
});

test("the leading replica is killed in the middle of a session: it ends in a named outcome, and the other one goes on", async () => {
  const state = await network.ask(QUERY, (what) => {
    if (what === "formed") replicas[0]!.child.kill("SIGKILL");
  });
  expect(OUTCOMES).toContain(state.state);
  const after = await network.ask(QUERY);
  expect(after.state).toBe("released");
  expect(releaseOf(after)).toMatchObject({ results: [{ count: patients }] });
});

test("PostgreSQL dies under it: what was asked is there when the server is back, and the network goes on", async () => {
  const id = await network.client().ask(QUERY);
  await server.kill();
  const down = await fetch(`${String(replicas[1]!.ready["url"])}/readyz`);
  expect([down.status, await down.text()]).toEqual([503, expect.stringContaining("not-ready")]);
  await server.restart();
  await expect.poll(async () => (await fetch(`${proxy.url}/readyz`)).status, { timeout: 30_000 }).toBe(200);
  expect((await network.client().wait(id, { timeoutMs: 60_000 })).state).toBe("released");
  expect((await network.ask(QUERY)).state).toBe("released");
});
