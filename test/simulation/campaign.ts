import { parentPort } from "node:worker_threads";
import type { Operation } from "./operation.ts";
import { scenarioOf } from "./scenario.ts";
import { type Scenario, simulate, type Simulated } from "./simulation.ts";

/** One network's run, as a thread tells it. */
export interface Counted extends Simulated {
  readonly scenario: Pick<Scenario, "seed" | "operations">;
}

/** Fewest operations of a scenario by which the same kinds of things go wrong: one after the other is left out. */
async function shrunk(scenario: Scenario, { violations }: Simulated): Promise<readonly Operation[]> {
  const kinds = new Set(violations.map(({ what }) => what));
  let { operations } = scenario;
  for (const operation of scenario.operations) {
    const fewer = operations.filter((one) => one !== operation);
    const again = await simulate({ ...scenario, operations: fewer });
    if (again.violations.some(({ what }) => kinds.has(what))) operations = fewer;
  }
  return operations;
}

parentPort?.on("message", (seed: number) => {
  void (async () => {
    const scenario = scenarioOf(seed);
    const simulated = await simulate(scenario);
    const operations = simulated.violations.length === 0 ? scenario.operations : await shrunk(scenario, simulated);
    // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    parentPort!.postMessage({ ...simulated, scenario: { seed, operations } } satisfies Counted);
  })();
});
