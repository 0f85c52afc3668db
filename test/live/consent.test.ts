import { join } from "node:path";
import type { Entry } from "@tutti/ledger";
import type { QueryState } from "@tutti/protocol";
import { afterEach, expect, test } from "vitest";
import { HandNetwork, type Started } from "./hand-network.ts";
import { releaseOf } from "./live-network.ts";
import { decide, waiting } from "./people.ts";
import { liveCentres } from "./sandbox-folder.ts";
import { entriesIn } from "./written-records.ts";

// Real processes: people decide by commands on the agent's folder, while the agent runs and while it does not.

const COUNT = { dataset: "live@3", purpose: "consent", measures: [{ id: "n", count: true }] };
const OTHER = { ...COUNT, purpose: "another", measures: [{ id: "dyspnea", proportion: "dyspnea" }] };
const HOLD = { rules: [{ name: "counts-only", measures: { beyond: ["count"] }, decision: "answer" }], otherwise: "hold" };
const centres = liveCentres(4, 12, 6);
const [first, second] = [...centres.keys()] as [string, string, ...string[]];
const everybody = [...centres.values()].reduce((sum, { length }) => sum + length, 0);

let network: HandNetwork;
afterEach(() => network.remove());

/** A network whose first two centres have these rules. */
async function start(rules: object, deadlines: object = {}): Promise<ReadonlyMap<string, Started>> {
  network = new HandNetwork(centres, { deadlines });
  await network.startCoordinator();
  const agents = new Map<string, Started>();
  for (const centre of network.centres)
    agents.set(centre, await network.startAgent(centre, centre === first || centre === second ? { rules } : {}));
  return agents;
}

function ledgerOf(centre: string): readonly Entry[] {
  return entriesIn(join(network.folder, centre, "ledger"));
}

function kinds(centre: string): readonly string[] {
  return ledgerOf(centre).map(({ kind, body }) =>
    "decision" in body ? `${kind} ${body.decision}` : "cause" in body ? `${kind} ${body.cause}` : kind,
  );
}

/** Asks, and gives a way to wait for the end. */
async function ask(query: object): Promise<{ readonly end: Promise<QueryState>; readonly told: string[] }> {
  const client = network.client();
  const id = await client.ask(query);
  const told: string[] = [];
  const end = client.wait(id, { timeoutMs: 60_000, onEvent: ({ what, centre = "" }) => told.push(`${what} ${centre}`.trim()) });
  end.catch(() => {});
  return { end, told };
}

test("a query waits for people at two centres, others pass it by, an agent is killed meanwhile; then it runs", async () => {
  const agents = await start(HOLD);
  const { end, told } = await ask(COUNT);
  const id = await waiting(network, first);
  expect(await decide(network, first, "queue")).toMatchObject({
    centre: first,
    stopped: null,
    waiting: [{ id, because: ["otherwise"], decided: null }],
  });
  expect(releaseOf(await network.ask(OTHER)).centres.contributed).toBe(4);

  const shown = await decide(network, first, "queue", "show", id.slice(0, 12));
  const own = centres.get(first)!.length;
  expect(shown).toMatchObject({ stage: "run", requester: "ann", preview: { patients: own, rows: [{ counts: { patients: own } }] } });

  // The second decides while its agent is down.
  const { child, code } = agents.get(second)!;
  child.kill("SIGKILL");
  await code;
  await decide(network, second, "approve", await waiting(network, second), "--by", "Grace");
  await decide(network, first, "approve", id, "--by", "Ada Lovelace");
  await network.startAgent(second, { rules: HOLD });
  const state = await end;
  expect(releaseOf(state)).toMatchObject({ centres: { contributed: 4 }, results: [{ count: everybody }] });
  expect(told.filter((event) => /held|consented/.test(event)).toSorted()).toEqual([
    `consented ${first}`,
    `consented ${second}`,
    `held ${first}`,
    `held ${second}`,
  ]);
  await expect.poll(() => kinds(second).at(-1)).toBe("released");
  expect(kinds(second)).toEqual(expect.arrayContaining(["held", "decided approved", "answered", "released"]));
  expect(ledgerOf(first).find(({ kind }) => kind === "decided")!.body).toMatchObject({ by: "Ada Lovelace", decision: "approved" });
});

test("a denial is a refusal with one word, whatever the reason; the others go on", async () => {
  await start({ otherwise: "hold" });
  const { end } = await ask(COUNT);
  await decide(network, first, "approve", await waiting(network, first));
  await decide(network, second, "deny", await waiting(network, second), "--reason", "ethics");
  const state = await end;
  expect(releaseOf(state)).toMatchObject({ centres: { contributed: 3 } });
  expect(ledgerOf(second).find(({ kind }) => kind === "decided")!.body).toMatchObject({ decision: "denied", why: "ethics" });
  expect(kinds(second)).toEqual(["pinned", "held", "decided denied"]);
});

test("people are asked again before their centre's shares leave, and see the very numbers", async () => {
  await start({ otherwise: "answer", beforeShares: "hold" }, { sharesMs: 60_000 });
  const { end } = await ask(COUNT);
  for (const centre of [first, second]) {
    const id = await waiting(network, centre);
    const shown = await decide(network, centre, "queue", "show", id);
    expect(shown).toMatchObject({
      stage: "shares",
      participants: [...centres.keys()],
      preview: { rows: [{ counts: { patients: centres.get(centre)!.length } }] },
    });
    expect(kinds(centre)).not.toContain("answered");
    await decide(network, centre, "approve", id);
  }
  expect(releaseOf(await end)).toMatchObject({ centres: { contributed: 4 }, results: [{ count: everybody }] });
});

test("a centre that is stopped while it waits has dealt nothing, and refuses until somebody resumes", async () => {
  const agents = await start({ otherwise: "answer", beforeShares: "hold" }, { sharesMs: 60_000 });
  const { end } = await ask(COUNT);
  await decide(network, first, "approve", await waiting(network, first));
  await waiting(network, second);
  await decide(network, second, "stop", "--by", "Grace");
  // The session is formed anew without it.
  expect(releaseOf(await end)).toMatchObject({ centres: { contributed: 3 } });
  expect(kinds(second)).not.toContain("answered");

  const { child, code } = agents.get(second)!;
  child.kill("SIGKILL");
  await code;
  await network.startAgent(second, { rules: { otherwise: "answer" } });
  const { told, end: refused } = await ask(OTHER);
  await decide(network, first, "approve", await waiting(network, first));
  await refused;
  expect(told).toContain(`refused ${second}`);
  await decide(network, second, "resume", "--by", "Grace");
  await expect.poll(() => kinds(second).filter((kind) => kind === "stopped" || kind === "resumed")).toEqual(["stopped", "resumed"]);
});
