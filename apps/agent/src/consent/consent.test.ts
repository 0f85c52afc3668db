import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { random } from "@tutti/platform";
import { type Offer, standingRulesSchema } from "@tutti/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AgentParts } from "../agent-parts.ts";
import type { AgentConfig } from "../config.ts";
import type { MemoryLedger } from "../trial/memory-ledger.ts";
import { startAgent, type TrialAgent } from "../trial/trial-agent.ts";
import { COUNT, DATASET } from "../trial/trial-dataset.ts";
import { CENTRES, TrialNetwork } from "../trial/trial-network.ts";
import { until } from "../trial/until.ts";
import { ConsentDesk } from "./consent-desk.ts";
import { ConsentFolder } from "./consent-folder.ts";
import { approve, deny, queueOf, queueText, resume, shownOf, shownText, stop } from "./queue-commands.ts";
import { readRules } from "./rules-file.ts";

const DAY_MS = 86_400_000;
const HOLD = { otherwise: "hold" } as const;

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

/** What people's commands need of a configuration. */
function configOf({ folder }: Pick<TrialAgent, "folder">): AgentConfig {
  return { centre: "Caen", ledger: folder } as AgentConfig;
}

/** All three centres; the last one under these rules. */
async function startAll(rules: object, fault: (parts: AgentParts) => Partial<AgentParts> = () => ({})): Promise<TrialAgent> {
  const [, , last] = CENTRES;
  agents = await Promise.all(
    CENTRES.map((centre) => startAgent(network, centre, centre === last ? fault : undefined, centre === last ? { rules } : {})),
  );
  return agents.at(-1)!;
}

/** Offers a question that people may take their time for; the same one again, at another time, with the same id. */
function offer(id: string, changes: Partial<Offer> = {}): string {
  return network.offer({ id: id.repeat(32), consent: { untilMs: Date.now() + DAY_MS, sharesMs: 0 }, ...changes });
}

function story({ ledger }: TrialAgent): readonly string[] {
  return ledger.deeds.map(({ kind, body }) => {
    if ("decision" in body) return `${kind} ${body.decision}`;
    return "cause" in body ? `${kind} ${body.cause}` : kind;
  });
}

function waiting(agent: TrialAgent): readonly { readonly id: string }[] {
  return queueOf(configOf(agent), Date.now()).waiting;
}

/** What is in the folder by which people and agent speak. */
function filesOf({ folder }: Pick<TrialAgent, "folder">): readonly string[] {
  return readdirSync(join(folder, "consent"));
}

describe("a question that is held", () => {
  test("runs once people have agreed, at this centre's next chance, and once only", async () => {
    const caen = await startAll(HOLD);
    const first = offer("a");
    await until(() => waiting(caen).length === 1 && network.consents.length === 1);
    expect(network.consents).toEqual(["Caen asked"]);
    expect(story(caen)).toEqual(["held"]);
    // It is not answered yet: the others leave the offer.
    await until(() => story(agents[0]!).length === 1);
    expect(story(agents[0]!)).toEqual(["abandoned held"]);

    await approve(configOf(caen), waiting(caen)[0]!.id.slice(0, 8), "Ada Lovelace", Date.now());
    await until(() => network.consents.length === 2);
    expect(network.consents).toEqual(["Caen asked", "Caen given"]);
    await until(() => filesOf(caen).length === 0);
    const again = offer("a");
    expect(again).not.toBe(first);
    await until(() => network.releases.length === 3 && story(caen).length === 4);
    expect(story(caen)).toEqual(["held", "decided approved", "answered", "released"]);
    const [, decided, answered] = caen.ledger.deeds;
    expect(decided!.body).toMatchObject({ stage: "run", decision: "approved", by: "Ada Lovelace", at: expect.stringMatching(/^20.*Z$/) });
    expect(answered!.body).toMatchObject({ question: (decided!.body as { question: string }).question });

    offer("a");
    await until(() => network.refusals.length === 1);
    expect(network.refusals).toEqual(["Caen rule"]);
    expect(caen.ledger.deeds.at(-1)!.body).toMatchObject({ cause: "rule", because: ["spent"] });
  });

  test("is refused once people have denied it, with the word of a rule; why is for this centre's ledger", async () => {
    const caen = await startAll(HOLD);
    offer("b");
    await until(() => waiting(caen).length === 1);
    await deny(configOf(caen), waiting(caen)[0]!.id, "purpose", undefined, Date.now());
    await until(() => network.refusals.length === 1);
    expect(network.refusals).toEqual(["Caen rule"]);
    expect(caen.ledger.deeds[1]!.body).toMatchObject({ decision: "denied", why: "purpose" });
    offer("b");
    await until(() => network.refusals.length === 2);
    expect(network.refusals).toEqual(["Caen rule", "Caen rule"]);
  });

  test("lapses when nobody decides, and leaves the queue", async () => {
    const caen = await startAll(HOLD);
    offer("c", { consent: { untilMs: Date.now() + 150, sharesMs: 0 } });
    await until(() => story(caen).includes("decided lapsed"));
    await until(() => filesOf(caen).length === 0);
  });

  test("is another one when anything in it is another: the query, who asks, the policy", async () => {
    const caen = await startAll(HOLD);
    offer("d");
    await until(() => waiting(caen).length === 1);
    await approve(configOf(caen), waiting(caen)[0]!.id, "Ada", Date.now());
    await until(() => network.consents.includes("Caen given"));
    offer("d", { requester: "somebody else" });
    await until(() => waiting(caen).length === 1);
    expect(network.releases).toEqual([]);
  });

  test("is refused where the coordinator waits for nobody, or no longer", async () => {
    const caen = await startAll(HOLD);
    network.offer();
    offer("e", { consent: { untilMs: Date.now(), sharesMs: 0 } });
    await until(() => network.refusals.length === 2);
    expect(network.refusals).toEqual(["Caen rule", "Caen rule"]);
    expect(waiting(caen)).toEqual([]);
  });

  test("outlives the agent: what was asked, and what was decided while it was down", async () => {
    const caen = await startAll(HOLD);
    offer("f");
    await until(() => waiting(caen).length === 1);
    await caen.end();
    const [{ id } = { id: "" }] = waiting(caen);
    await approve(configOf(caen), id, "Ada", Date.now());
    const { ledger, folder } = caen;
    const restarted = await startAgent(network, "Caen", undefined, { rules: HOLD, ledger, folder });
    agents.push(restarted);
    await until(() => network.consents.includes("Caen given"));
    offer("f");
    await until(() => network.releases.length === 3);
    expect(story(restarted).filter((entry) => entry.startsWith("decided"))).toEqual(["decided approved"]);
  });

  test("is decided once, whoever is first", async () => {
    const caen = await startAll(HOLD);
    offer("1");
    await until(() => waiting(caen).length === 1);
    await caen.end();
    const { id } = waiting(caen)[0]!;
    const both = await Promise.allSettled([
      approve(configOf(caen), id, "Ada", Date.now()),
      deny(configOf(caen), id, "other", "Grace", Date.now()),
    ]);
    expect(both.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const lost = both.find((one) => one.status === "rejected");
    expect(String(lost?.reason)).toMatch(/is decided already: (approved, by Ada|denied, by Grace)/);
    expect(queueOf(configOf(caen), Date.now()).waiting[0]!.decided).not.toBeNull();
  });

  test("is written down once when the agent ended between the ledger and the folder", async () => {
    const caen = await startAll(HOLD);
    offer("2");
    await until(() => waiting(caen).length === 1);
    await caen.end();
    const folder = new ConsentFolder(caen.folder);
    const [item] = folder.items();
    await approve(configOf(caen), item!.id, "Ada", Date.now());
    const desk = deskOf(caen.ledger, folder);
    await desk.look();
    // As if it had died before it took the files away.
    await folder.put(item!);
    await folder.decide({ id: item!.id, decision: "denied", by: "Grace", atMs: Date.now() }, random);
    await desk.look();
    expect(story(caen)).toEqual(["held", "decided approved"]);
    expect(folder.items()).toEqual([]);
    expect(folder.decisions()).toEqual([]);
  });

  test("is refused when it can't be written down", async () => {
    const caen = await startAll(HOLD);
    const append = caen.ledger.append.bind(caen.ledger);
    caen.ledger.append = async (deed) => (deed.kind === "held" ? Promise.reject(new Error("the disk is full")) : append(deed));
    offer("3");
    await until(() => network.refusals.length === 1);
    expect(network.refusals).toEqual(["Caen ledger"]);
    expect(waiting(caen)).toEqual([]);
  });
});

describe("shares that wait for people", () => {
  const BEFORE = { otherwise: "answer", beforeShares: "hold" } as const;
  const timed = { consent: { untilMs: Date.now() + DAY_MS, sharesMs: 60_000 }, expiresAtMs: Date.now() + 20_000 };

  test("leave when people agree, who see exactly what would leave", async () => {
    const caen = await startAll(BEFORE);
    offer("a", timed);
    await until(() => waiting(caen).length === 1);
    expect(network.exchanges).toEqual([0]);
    const shown = await shownOf(configOf(caen), waiting(caen)[0]!.id, Date.now());
    expect(shown).toMatchObject({
      stage: "shares",
      participants: CENTRES,
      preview: { patients: 3, rows: [{ measure: "n", counts: { patients: 3 } }] },
    });
    expect(shownText(shown)).toContain("patients 3");
    await approve(configOf(caen), shown.id, "Ada", Date.now());
    await until(() => network.releases.length === 3 && story(caen).length === 4);
    expect(story(caen)).toEqual(["held", "decided approved", "answered", "released"]);
  });

  test.each<[string, (caen: TrialAgent) => Promise<unknown>]>([
    ["they deny", (caen) => deny(configOf(caen), waiting(caen)[0]!.id, "data", "Ada", Date.now())],
    ["somebody stops the agent", (caen) => stop(configOf(caen), "Ada", Date.now())],
  ])("stay when %s: the centre has dealt nothing, and says one word", async (_, act) => {
    const caen = await startAll(BEFORE);
    offer("b", timed);
    await until(() => waiting(caen).length === 1);
    await act(caen);
    await until(() => network.stops.length === 1);
    expect(network.stops[0]).toMatchObject({ centre: "Caen", cause: "rule", blame: [] });
    await until(() => story(caen).includes("abandoned rule"));
    expect(network.releases).toEqual([]);
    expect(story(caen)).not.toContain("answered");
  });

  test("stay when nobody decides within the session's time", async () => {
    const caen = await startAll(BEFORE);
    offer("c", { exchangeMs: 200, consent: { untilMs: Date.now() + DAY_MS, sharesMs: 0 } });
    await until(() => network.stops.length === 1);
    expect(network.stops[0]).toMatchObject({ centre: "Caen", cause: "rule" });
    expect(story(caen)).toEqual(["held", "decided lapsed", "abandoned rule"]);
    await until(() => filesOf(caen).length === 0);
  });
});

describe("the stop button", () => {
  test("refuses everything from the moment when the command is done, also after a restart, until somebody resumes", async () => {
    const caen = await startAll({ otherwise: "answer" });
    expect(await stop(configOf(caen), "Ada", Date.now())).toEqual({ id: null, done: "stopped", by: "Ada" });
    offer("a");
    await until(() => network.refusals.length === 1 && story(caen).length === 2);
    expect(network.refusals).toEqual(["Caen rule"]);
    expect(story(caen).toSorted()).toEqual(["refused rule", "stopped"]);
    expect(queueText(queueOf(configOf(caen), Date.now()))).toContain("IS STOPPED, by Ada");
    await expect(stop(configOf(caen), "Grace", Date.now())).rejects.toThrow(/stopped already, by Ada/);

    await caen.end();
    const { ledger, folder } = caen;
    const restarted = await startAgent(network, "Caen", undefined, { ledger, folder });
    agents.push(restarted);
    offer("b");
    await until(() => network.refusals.length === 2);
    expect(story(restarted).filter((entry) => entry === "stopped")).toHaveLength(1);

    await resume(configOf(caen), "Grace", Date.now());
    await expect(resume(configOf(caen), "Grace", Date.now())).rejects.toThrow(/not stopped/);
    offer("c");
    await until(() => network.releases.length === 3 && story(restarted).includes("resumed"));
    expect(ledger.deeds.find(({ kind }) => kind === "resumed")!.body).toMatchObject({ by: "Grace" });
    await until(() => filesOf(restarted).length === 0);
  });

  test("holds when its file can't be read, and can be resumed", async () => {
    const caen = await startAll({ otherwise: "answer" });
    writeFileSync(join(caen.folder, "consent", "stopped.json"), "{");
    offer("a");
    await until(() => network.refusals.length === 1);
    expect(await resume(configOf(caen), "Grace", Date.now())).toMatchObject({ done: "resumed" });
    offer("b");
    await until(() => network.releases.length === 3);
  });

  test("both orders are in the ledger when the agent was down for them", async () => {
    const caen = await startAll({ otherwise: "answer" });
    await caen.end();
    await stop(configOf(caen), "Ada", 1_000);
    await resume(configOf(caen), "Grace", 2_000);
    await deskOf(caen.ledger, new ConsentFolder(caen.folder)).look();
    expect(caen.ledger.deeds).toEqual([
      { kind: "stopped", body: { by: "Ada", at: "1970-01-01T00:00:01.000Z" } },
      { kind: "resumed", body: { by: "Grace", at: "1970-01-01T00:00:02.000Z" } },
    ]);
  });

  test.each([0, 1, 2, 3])(
    "a session is left before its next message, when it waits for exchange %i: this centre opens nothing",
    async (number) => {
      const posted: number[] = [];
      let waits = false;
      const caen = await startAll({ otherwise: "answer" }, ({ link }) => ({
        link: {
          ...link,
          exchange: (session, exchange, bundle, deadlineMs, halt) => {
            posted.push(exchange);
            if (exchange < number) return link.exchange(session, exchange, bundle, deadlineMs, halt);
            waits = true;
            return new Promise(() => {});
          },
        },
      }));
      offer("a");
      await until(() => waits);
      await stop(configOf(caen), "Ada", Date.now());
      await until(() => network.stops.length === 1 && story(caen).some((entry) => entry.startsWith("abandoned")));
      expect(network.stops[0]).toMatchObject({ centre: "Caen", cause: "rule" });
      expect(posted).toEqual(Array.from({ length: number + 1 }, (_, i) => i));
      expect(network.releases.filter(({ signatures }) => signatures[0]!.keyid === "Caen")).toEqual([]);
    },
  );
});

describe("rules.json", () => {
  test("limits count the answers in the ledger", async () => {
    const caen = await startAll({ otherwise: "answer", limits: { requester: { day: 1 }, beyond: "refuse" } });
    offer("a");
    await until(() => network.releases.length === 3 && story(caen).length === 2);
    offer("b");
    await until(() => network.refusals.length === 1);
    expect(network.refusals).toEqual(["Caen rule"]);
    await until(() => story(caen).length === 3);
    expect(caen.ledger.deeds.at(-1)!.body).toMatchObject({ cause: "rule", because: ["requester-day"] });
  });

  test.each([
    [
      "a variable",
      { rules: [{ name: "a", variables: { any: ["sx"] }, decision: "refuse" }] },
      /rule a: .* variable "sx": did you mean "sex"\?/,
    ],
    [
      "a dataset",
      { rules: [{ name: "a", dataset: { in: ["trial@2"] }, decision: "refuse" }] },
      /dataset "trial@2": did you mean "trial@1"\?/,
    ],
    ["an unknown key", { rule: [] }, /Unrecognized key/],
  ])("with %s that is not there keeps the agent from starting", (_, rules, message) => {
    const path = join(mkdtempSync(join(tmpdir(), "rules-")), "rules.json");
    writeFileSync(path, JSON.stringify(rules));
    expect(() => readRules(path, [DATASET])).toThrow(message);
    rmSync(path);
    expect(() => readRules(path, [DATASET])).toThrow(/can't be read/);
  });

  test("left out, everything is answered, and nothing is asked of the disk but whether somebody has stopped it", async () => {
    expect(readRules(undefined, [DATASET])).toEqual(standingRulesSchema.parse({ otherwise: "answer" }));
    const caen = await startAll({ otherwise: "answer" });
    expect(existsSync(join(caen.folder, "consent"))).toBe(true);
    offer("a");
    await until(() => network.releases.length === 3);
  });
});

test("people are told what is wrong with an id, a reason or a name", async () => {
  const caen = await startAll(HOLD);
  offer("a");
  await until(() => waiting(caen).length === 1);
  const config = configOf(caen);
  const { id } = waiting(caen)[0]!;
  await expect(approve(config, "abc", "Ada", Date.now())).rejects.toThrow(/nothing of the id abc waits/);
  expect(() => deny(config, id, undefined, "Ada", Date.now())).toThrow(/--reason purpose \| requester/);
  expect(() => deny(config, id, "I say so", "Ada", Date.now())).toThrow(/--reason/);
  await expect(approve(config, id, "two\nlines", Date.now())).rejects.toThrow(/one line/);
  await expect(approve(config, id, "Ada", Date.now() + 2 * DAY_MS)).rejects.toThrow(/time to decide .* is over/);
  expect(queueText(queueOf(config, Date.now()))).toContain(`${id.slice(0, 12)}  may this query run?`);
  expect(queueOf(config, Date.now()).waiting).toMatchObject([{ dataset: COUNT.dataset, requester: "researcher", because: ["otherwise"] }]);
});

function deskOf(ledger: MemoryLedger, folder: ConsentFolder): ConsentDesk {
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  return new ConsentDesk({ rules: standingRulesSchema.parse({}), folder, ledger, nowMs: Date.now, log });
}
