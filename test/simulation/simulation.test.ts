import { expect, test } from "vitest";
import { SimulatedNetwork } from "./network.ts";
import { REGRESSIONS } from "./regressions.ts";
import { scenarioOf } from "./scenario.ts";
import { simulate } from "./simulation.ts";

// Real agents and a real coordinator in a network in which anything may go wrong. `npm run simulate -- --sessions 10000` runs more of the same.

test.each(REGRESSIONS.map((one) => [one.why, one] as const))("%s", async (_, { seed, operations, ended = [] }) => {
  const { outcomes, acted, violations } = await simulate({ ...scenarioOf(seed), operations });
  expect(violations).toEqual([]);
  expect(outcomes.slice(0, ended.length)).toEqual(ended);
  // Each of them is still there to act: none has become a fault of something that does not happen any more.
  expect([...acted.keys()].toSorted()).toEqual([...new Set(operations.map(({ op }) => op))].filter((op) => op !== "askPeople").toSorted());
});

test("networks drawn from seeds: nothing wrong is released, nothing hidden opens, nothing hangs, everything has an outcome", async () => {
  let released = 0;
  for (let seed = 1_000; seed < 1_007; seed++) {
    const { outcomes, violations } = await simulate(scenarioOf(seed));
    expect([seed, violations]).toEqual([seed, []]);
    released += outcomes.filter((outcome) => outcome === "released").length;
  }
  expect(released).toBeGreaterThan(7);
});

test("the same seed is the same run", async () => {
  const [one, other] = [await simulate(scenarioOf(11)), await simulate(scenarioOf(11))];
  expect(other).toEqual(one);
});

test("what is heard with all keys is what is released", async () => {
  const scenario = { ...scenarioOf(5), operations: [] };
  const network = new SimulatedNetwork(scenario);
  await network.start();
  const state = await network.ask(scenario.queries[0]!, 100_000);
  expect(state?.state).toBe("released");
  const patients = Object.values(scenario.centres).flat().length;
  const heard = network.listener.sessions().flatMap((session) => network.listener.opened(session, patients));
  const told = JSON.stringify(JSON.parse(Buffer.from(state!.release!.payload, "base64").toString("utf8")));
  expect(heard.length).toBeGreaterThan(0);
  for (const { value } of heard) expect(told).toContain(String(value));
  await network.end();
});
