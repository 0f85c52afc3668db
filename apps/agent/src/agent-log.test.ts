import { rmSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import type { AgentParts } from "./agent-parts.ts";
import { AGENT_EVENTS, type AgentLog } from "./agent-log.ts";
import { faultFields } from "./fault-fields.ts";
import { LinkFault } from "./link-fault.ts";
import { sourceOf } from "./trial/memory-source.ts";
import { startAgent, type TrialAgent } from "./trial/trial-agent.ts";
import { CENTRES, TrialNetwork } from "./trial/trial-network.ts";
import { until } from "./trial/until.ts";

// Invariant 6 for the agent's log: whatever fails, and whatever its error says, no line repeats it.

const SECRET = "NIR-4242424";
const failing = (): Promise<never> => Promise.reject(new Error(`row 3: ${SECRET}`));

let agents: TrialAgent[] = [];
afterEach(async () => {
  await Promise.all(agents.map((agent) => agent.end()));
  for (const { folder } of agents) rmSync(folder, { recursive: true, force: true });
  agents = [];
});

/** Lines as a logger gets them. */
function listening(): { readonly lines: string[]; readonly log: AgentLog } {
  const lines: string[] = [];
  const at = (level: string) => (about: object, event: string) => void lines.push(JSON.stringify({ level, msg: event, ...about }));
  return { lines, log: { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") } };
}

type Faults = (parts: AgentParts) => Partial<AgentParts>;

const FAULTS: readonly (readonly [what: string, expected: keyof typeof AGENT_EVENTS, faults: Faults])[] = [
  ["its data", "the data could not be read", () => ({ sources: new Map([["trial@1", { ...sourceOf([]), contribute: failing }]]) })],
  [
    "looking up its patients",
    "the data could not be read",
    () => ({ sources: new Map([["trial@1", { ...sourceOf([]), members: failing }]]) }),
  ],
  ["asking for offers", "no offers could be asked for", ({ link }) => ({ link: { ...link, offers: failing } })],
  [
    "accepting",
    "the stop could not be written in the ledger",
    ({ link, ledger }) => ({ link: { ...link, accept: failing }, ledger: full(ledger) }),
  ],
  [
    "an exchange",
    "the stop could not be written in the ledger",
    ({ link, ledger }) => ({ link: { ...link, exchange: failing }, ledger: full(ledger) }),
  ],
  ["handing in a stop", "the stop was not taken", ({ link, ledger }) => ({ link: { ...link, stop: failing }, ledger: full(ledger) })],
  ["getting the release", "the release that all have signed did not come", ({ link }) => ({ link: { ...link, release: failing } })],
];

function full(ledger: AgentParts["ledger"]): AgentParts["ledger"] {
  return Object.assign(Object.create(ledger) as typeof ledger, { append: failing });
}

test.each(FAULTS)("a failure of %s is logged without what its error says", async (_, expected, faults) => {
  const network = new TrialNetwork();
  const { lines, log } = listening();
  const last = CENTRES.length - 1;
  agents = await Promise.all(
    CENTRES.map((centre, i) => startAgent(network, centre, (parts) => (i === last ? { log, ...faults(parts) } : {}))),
  );
  network.offer();
  await until(() => lines.some((line) => line.includes(`"${expected}"`)));
  for (const line of lines) {
    expect(line).not.toContain(SECRET);
    const { level, msg } = JSON.parse(line) as { level: string; msg: string };
    expect([msg, level]).toEqual([msg, Object.entries(AGENT_EVENTS).find(([event]) => event === msg)?.[1]]);
  }
});

describe("what is logged of an error", () => {
  test("of this program's own, the sentence", () => {
    expect(faultFields(new LinkFault("unreachable", "the coordinator can't be reached"))).toEqual({
      fault: "LinkFault",
      problem: "the coordinator can't be reached",
    });
  });

  test("of any other, only its kind and where it happened, even when its message looks like a place", () => {
    const fields = faultFields(new TypeError(`${SECRET}\n    at ${SECRET}`));
    expect(fields).toMatchObject({ fault: "TypeError", places: expect.stringContaining("agent-log.test.ts") as string });
    expect(JSON.stringify(fields)).not.toContain(SECRET);
    expect(faultFields(SECRET)).toEqual({ fault: "unknown" });
  });
});
