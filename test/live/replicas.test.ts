import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Envelope, fromBase64, fromUtf8, parseIdentity, signRequest, toUtf8 } from "@tutti/envelope";
import { scheme } from "@tutti/platform";
import { ENDPOINTS, OUTCOMES } from "@tutti/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { HandNetwork, Started } from "./hand-network.ts";
import { releaseOf } from "./live-network.ts";
import { decide, waiting } from "./people.ts";
import { PostgresNetwork } from "./postgres-network.ts";
import { RoundRobin } from "./round-robin.ts";
import { liveCentres } from "./sandbox-folder.ts";
import { everybody } from "./truth.ts";
import { entriesIn } from "./written-records.ts";

// Two replicas on a real PostgreSQL, behind a proxy that gives each request to another one.

const QUERY = { dataset: "live@3", purpose: "replicas", measures: [{ id: "n", count: true }] };
const centres = liveCentres(4, 12, 11);
const patients = everybody(centres).length;
const [asked] = [...centres.keys()] as [string, ...string[]];
/** One centre's people are asked about a purpose. */
const RULES = { rules: [{ name: "trials", purpose: { contains: ["trial"] }, decision: "hold" }], otherwise: "answer" };

let on: PostgresNetwork;
let network: HandNetwork;
let replicas: Started[];
let proxy: RoundRobin;
beforeAll(async () => {
  on = await PostgresNetwork.start(centres);
  network = on.network;
  replicas = [await network.startCoordinator(), await network.startCoordinator()];
  proxy = await RoundRobin.start(replicas.map(({ ready }) => String(ready["url"])));
  network.comeBy(proxy.url);
  for (const centre of network.centres) await network.startAgent(centre, centre === asked ? { rules: RULES } : {});
});
afterAll(async () => {
  proxy?.stop();
  await on?.remove();
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

test("the leading replica is killed while a query waits for a person: it is offered again by another one, and answered once they have said yes", async () => {
  replicas.push(await network.startCoordinator());
  proxy.add(network.url);
  network.comeBy(proxy.url);
  const client = network.client();
  const id = await client.ask({ ...QUERY, purpose: "a trial" });
  const held = Promise.withResolvers<void>();
  const end = client.wait(id, { timeoutMs: 60_000, onEvent: ({ what }) => what === "held" && held.resolve() });
  end.catch(() => {});
  await held.promise;
  replicas[1]!.child.kill("SIGKILL");
  await replicas[1]!.code;
  await decide(network, asked, "approve", await waiting(network, asked));
  const state = await end;
  expect(state.state).toBe("released");
  expect(releaseOf(state)).toMatchObject({ centres: { contributed: 4 }, results: [{ count: patients }] });
  const ofThis = (await on.released()).filter(({ offer }) => purposeOf(offer) === "a trial");
  expect(ofThis).toHaveLength(1);
  const entries = entriesIn(join(network.folder, asked, "ledger"));
  expect(entries.filter(({ kind }) => kind === "held" || kind === "decided").map(({ kind }) => kind)).toEqual(["held", "decided"]);
});

test("PostgreSQL dies under it: what was asked is there when the server is back, and the network goes on", async () => {
  const id = await network.client().ask(QUERY);
  await on.server.kill();
  const down = await fetch(`${String(replicas[2]!.ready["url"])}/readyz`);
  expect([down.status, await down.text()]).toEqual([503, expect.stringContaining("not-ready")]);
  await on.server.restart();
  await expect.poll(async () => (await fetch(`${proxy.url}/readyz`)).status, { timeout: 30_000 }).toBe(200);
  expect((await network.client().wait(id, { timeoutMs: 60_000 })).state).toBe("released");
  expect((await network.ask(QUERY)).state).toBe("released");
});

function purposeOf({ payload }: Envelope): string {
  return (JSON.parse(fromUtf8(fromBase64(payload))) as { readonly query: { readonly purpose: string } }).query.purpose;
}
