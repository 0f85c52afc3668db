import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openMessage, type PastSession, RECORD, RELEASE } from "@tutti/protocol";
import { datasetName, datasetSchema } from "@tutti/dataset";
import type { Release } from "@tutti/disclosure";
import type { Patient } from "@tutti/sql";
import type { AgentParts } from "../agent-parts.ts";
import { LinkFault } from "../link-fault.ts";
import { scheme } from "@tutti/platform";
import { StartProblem } from "../start-problem.ts";
import { startAgent, type TrialAgent, type TrialSetting } from "../trial/trial-agent.ts";
import { COUNT, DATASET } from "../trial/trial-dataset.ts";
import { CENTRES, TrialNetwork } from "../trial/trial-network.ts";
import { until } from "../trial/until.ts";
import { HistoryFile } from "./history-file.ts";
import { keyedHash } from "./keyed-hash.ts";

const GIRLS = { ...COUNT, where: { variable: "sex", is: "F" } };
/** At the last centre alone one girl is a boy: 9 patients, and 8 girls. */
const PATIENTS: readonly (readonly Patient[])[] = [
  [{ sex: "F" }, { sex: "F" }, { sex: "F" }],
  [{ sex: "F" }, { sex: "F" }, { sex: "F" }],
  [{ sex: "F" }, { sex: "F" }, { sex: "M" }],
];
const dataset = datasetName(DATASET);

let network: TrialNetwork;
let agents: TrialAgent[];
beforeEach(() => {
  network = new TrialNetwork();
  agents = [];
});
afterEach(async () => {
  await Promise.all(agents.map((agent) => agent.end()));
  for (const { folder } of agents) rmSync(folder, { recursive: true, force: true });
});

async function startAll(fault: (parts: AgentParts) => Partial<AgentParts> = () => ({})): Promise<TrialAgent> {
  agents = await Promise.all(
    CENTRES.map((centre, i) => startAgent(network, centre, i === 2 ? fault : undefined, { patients: PATIENTS[i]! })),
  );
  return agents[2]!;
}

/** Ends the last centre's agent and starts it again on what it has kept. */
async function restart(changes: TrialSetting = {}): Promise<TrialAgent> {
  const { folder, ledger, end } = agents[2]!;
  await end();
  agents[2] = await startAgent(network, CENTRES[2]!, undefined, { patients: PATIENTS[2]!, folder, ledger, ...changes });
  return agents[2];
}

/** Asks, and waits until all centres know the release. */
async function released(query: typeof COUNT): Promise<Release> {
  const before = network.items.length;
  network.offer({ query });
  await until(() => network.items.length > before && agents.every(({ past }) => past.history.of(dataset).length > before));
  return openMessage(RELEASE, network.releases.at(-1), network.roster.centreKeys, scheme).value;
}

const shown = ({ results }: Release): unknown => ("count" in results[0]! ? results[0].count : undefined);

describe("what one session told counts for the next", () => {
  test("a count that leaves out one patient hides, and one that repeats does not", async () => {
    await startAll();
    expect(shown(await released(COUNT))).toBe(9);
    expect(shown(await released(GIRLS))).toBe(null);
    expect(shown(await released(COUNT))).toBe(9);
    for (const { past } of agents) expect(past.history.hash(dataset)).toBe(network.history().hash(dataset));
  });

  test("whether a record is still to be handed in is known without a look at the file", async () => {
    const { past, folder } = await startAll();
    await released(COUNT);
    writeFileSync(join(folder, "history.jsonl"), "");
    expect(past.owes(dataset)).toBe(false);
  });

  test("also after a restart, from what was kept", async () => {
    await startAll();
    await released(COUNT);
    await restart();
    expect(shown(await released(GIRLS))).toBe(null);
  });

  test("of offers that come together, the second waits for the first: it does not pass beside it", async () => {
    await startAll();
    network.offer({ query: COUNT });
    network.offer({ query: GIRLS });
    await until(() => network.refusals.length === 3);
    expect(network.refusals.toSorted()).toEqual(CENTRES.map((centre) => `${centre} history`));
    expect(network.releases).toHaveLength(3);
  });

  test("an agent that was away is told what it missed, and takes part", async () => {
    await startAll();
    await released(COUNT);
    const { folder, end } = agents[2]!;
    await end();
    rmSync(join(folder, "history.jsonl"));
    const away = await restart();
    expect(away.past.history.of(dataset)).toEqual([]);
    expect(shown(await released(GIRLS))).toBe(null);
    expect(away.past.history.of(dataset)).toHaveLength(2);
    expect(network.refusals).toEqual([]);
  });
});

describe("a session that stops after something may have opened", () => {
  test("is kept as a record of what opened, handed in, and counts", async () => {
    // The others' shares of what opens never come: the exchange after the record fails.
    let answered = 0;
    const cut = (parts: AgentParts): Partial<AgentParts> => ({
      link: {
        ...parts.link,
        exchange: (session, exchange, bundle, deadlineMs) => {
          if ([...parts.ledger.kept.keys()].length > 0 && answered === 0) {
            answered++;
            return Promise.reject(new LinkFault("ended", "over", "opening"));
          }
          return parts.link.exchange(session, exchange, bundle, deadlineMs);
        },
      },
    });
    const agent = await startAll(cut);
    network.offer();
    await until(() => network.items.length === 1);
    expect(network.items[0]).toMatchObject({ release: null });
    const { value } = openMessage(RECORD, network.items[0]!.record, network.roster.centreKeys, scheme);
    expect(value).toMatchObject({ centre: "Caen", cells: [0] });
    expect(agent.past.history.of(dataset).map(({ sets }) => sets.length)).toEqual([1]);
    expect(agent.past.trouble).toBe(null);
    // After a restart it is still there, also where the coordinator hides it.
    network.items.splice(0);
    const again = await restart();
    expect(again.past.history.of(dataset)).toHaveLength(1);
  });
});

describe("nothing is answered any more", () => {
  async function refusal(): Promise<readonly string[]> {
    const before = network.refusals.length;
    network.offer({ query: GIRLS });
    await until(() => network.refusals.length > before);
    return network.refusals.slice(before);
  }

  test("when the ledger is older than one that was shown", async () => {
    await startAll();
    await released(COUNT);
    await released(COUNT);
    const { ledger } = agents[2]!;
    ledger.lost = agents[2]!.past.history.of(dataset)[1]!.heads.get("Caen")!;
    const rolledBack = await restart();
    expect(rolledBack.past.trouble).toMatch(/older than one that this centre has shown/);
    expect(await refusal()).toEqual(["Caen ledger"]);
  });

  test("when a past session is hidden: by all of them", async () => {
    await startAll();
    await released(COUNT);
    network.items.splice(0);
    network.offer({ query: GIRLS });
    await until(() => network.refusals.length === 3);
    expect(network.refusals.toSorted()).toEqual(CENTRES.map((centre) => `${centre} history`));
  });

  test("when the history was lost and the coordinator hides the session", async () => {
    await startAll();
    await released(COUNT);
    const { folder, end } = agents[2]!;
    await end();
    rmSync(join(folder, "history.jsonl"));
    network.items.splice(0);
    const forgetful = await restart();
    expect(forgetful.past.trouble).toMatch(/answered something that the history does not know/);
    expect(await refusal()).toContain("Caen ledger");
  });

  test.each<[string, boolean, (path: string) => void]>([
    ["missing, from the start", true, (path) => rmSync(path)],
    ["damaged, once it is needed", false, (path) => writeFileSync(path, readFileSync(path).subarray(1))],
  ])("when what was kept of an earlier session is %s", async (_, atStart, spoil) => {
    await startAll();
    await released(COUNT);
    const { folder, past, ledger, end } = agents[2]!;
    const [offer] = ledger.kept.keys();
    expect(past.trouble).toBe(null);
    await end();
    spoil(join(folder, "guard", `${offer!.slice(7)}.sets`));
    await restart();
    expect(agents[2]!.past.trouble !== null).toBe(atStart);
    expect(await refusal()).toEqual(["Caen ledger"]);
    expect(agents[2]!.past.trouble).toMatch(/restore the newest copy/);
  });

  test("when the sets can't be written: the session stops, and nothing is dealt", async () => {
    const full = await startAll();
    rmSync(join(full.folder, "guard"), { recursive: true });
    network.offer();
    await until(() => network.stops.length === 1);
    expect(network.stops[0]).toMatchObject({ centre: "Caen", cause: "ledger" });
    expect(network.releases).toEqual([]);
  });

  test("when the history can't be written: the session stops, and nothing is revealed", async () => {
    const full = await startAll();
    full.file.write = () => Promise.reject(new Error("ENOSPC"));
    network.offer();
    await until(() => network.stops.length === 1);
    expect(network.stops[0]).toMatchObject({ centre: "Caen", cause: "ledger" });
    expect([network.releases, full.ledger.kept.size]).toEqual([[], 0]);
  });
});

describe("the history's file", () => {
  const mac = keyedHash(new Uint8Array(32));

  async function written(): Promise<string> {
    await startAll();
    await released(COUNT);
    await released(GIRLS);
    const { folder, end } = agents[2]!;
    await end();
    return folder;
  }

  test("is read again as it was learnt: sets, heads, plans, items", async () => {
    const folder = await written();
    const file = await HistoryFile.open(folder, [DATASET], mac);
    const expected = network.history();
    expect(file.history.hash(dataset)).toBe(expected.hash(dataset));
    const names = Object.keys(expected.of(dataset)[0]!) as (keyof PastSession)[];
    expect(file.history.of(dataset).map((past) => Object.fromEntries(names.map((name) => [name, past[name]])))).toEqual(
      expected.of(dataset),
    );
    expect(file.history.of(dataset).map((past) => file.itemOf(past))).toEqual(network.items);
    await file.close();
  });

  test("loses what a crash left half-written", async () => {
    const folder = await written();
    const before = readFileSync(join(folder, "history.jsonl"));
    appendFileSync(join(folder, "history.jsonl"), "half a line");
    const file = await HistoryFile.open(folder, [DATASET], mac);
    expect(file.history.of(dataset)).toHaveLength(2);
    await file.close();
    expect(readFileSync(join(folder, "history.jsonl")).equals(before)).toBe(true);
  });

  test.each<[string, (text: string) => string]>([
    ["altered", (text) => text.replace('"atMs":1', '"atMs":2')],
    ["shortened", (text) => text.slice(text.indexOf("\n") + 1)],
    ["repeated", (text) => text + text],
  ])("that was %s is a problem", async (_, alter) => {
    const folder = await written();
    const path = join(folder, "history.jsonl");
    writeFileSync(path, alter(readFileSync(path, "utf8")));
    await expect(HistoryFile.open(folder, [DATASET], mac)).rejects.toThrow(StartProblem);
    await expect(HistoryFile.open(folder, [DATASET], mac)).rejects.toThrow(/altered or damaged at line/);
  });

  test("of another key, or about another dictionary of the same name, is a problem", async () => {
    const folder = await written();
    await expect(HistoryFile.open(folder, [DATASET], keyedHash(new Uint8Array(32).fill(1)))).rejects.toThrow(/line 1/);
    const changed = datasetSchema.parse({ ...DATASET, title: { en: "Changed", fr: "Changé" } });
    await expect(HistoryFile.open(folder, [changed], mac)).rejects.toThrow(/give a changed dictionary a new version/);
  });
});
