import { existsSync } from "node:fs";
import { join } from "node:path";
import { OUTCOMES } from "@tutti/protocol";
import { afterEach, expect, test } from "vitest";
import { tutti } from "./command.ts";
import { HandNetwork, type Started } from "./hand-network.ts";
import { liveCentres } from "./sandbox-folder.ts";
import { entriesIn } from "./written-records.ts";

// SIGTERM in the middle of a session. A peer that hangs keeps the session from going on for longer than these tests take: what ends, ends by itself.

const QUERY = { dataset: "live@3", purpose: "stopping", measures: [{ id: "n", count: true }] };
const LONG = { deadlines: { answerMs: 5_000, exchangeMs: 600_000, queryMs: 86_400_000 } };
const centres = liveCentres(4, 12, 6);
const [hanging, victim] = centres.keys();

let network: HandNetwork;
afterEach(() => network.remove());

/** A network whose first centre hangs as soon as a session is formed; gives its programs, and the query that is under way. */
async function inTheMiddle(): Promise<{
  readonly coordinator: Started;
  readonly agents: ReadonlyMap<string, Started>;
  readonly query: string;
}> {
  network = new HandNetwork(centres, LONG);
  const coordinator = await network.startCoordinator();
  const agents = new Map<string, Started>();
  for (const centre of network.centres) agents.set(centre, await network.startAgent(centre));
  const client = network.client();
  const query = await client.ask(QUERY);
  const formed = Promise.withResolvers<void>();
  client
    .wait(query, {
      timeoutMs: 60_000,
      onEvent: ({ what }) => {
        if (what === "accepted") agents.get(hanging!)!.child.kill("SIGSTOP");
        if (what === "formed") formed.resolve();
      },
    })
    .catch(() => {});
  await formed.promise;
  return { coordinator, agents, query };
}

test("an agent withdraws from the session, says so in its ledger, and ends; it can start again at once", async () => {
  const { agents } = await inTheMiddle();
  const { child, code } = agents.get(victim!)!;
  child.kill("SIGTERM");
  expect(await code).toBe(0);
  const folder = join(network.folder, victim!, "ledger");
  expect(entriesIn(folder).at(-1)).toMatchObject({ kind: "abandoned", body: { cause: "shutdown" } });
  const config = network.configOf(victim!);
  expect(await tutti("agent", "status", "--config", config)).toMatchObject({ code: 1, stdout: expect.stringContaining("start it") });
  expect(await tutti("agent", "doctor", "--config", config)).toMatchObject({ code: 0 });
  await network.startAgent(victim!);
  expect(await tutti("agent", "status", "--config", config)).toMatchObject({ code: 0 });
});

test("a coordinator ends the query with a named outcome, which is there after the next start", async () => {
  const { coordinator, query } = await inTheMiddle();
  coordinator.child.kill("SIGTERM");
  expect(await coordinator.code).toBe(0);
  expect(existsSync(join(network.folder, "coordinator/store.sqlite-wal"))).toBe(false);
  await network.startCoordinator();
  const { state, detail } = await network.client().wait(query, { timeoutMs: 10_000 });
  expect(OUTCOMES).toContain(state);
  expect([state, detail]).toEqual(["stopped", expect.stringMatching(/ask again/i)]);
});
