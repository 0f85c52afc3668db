import { setTimeout as sleep } from "node:timers/promises";
import { OUTCOMES } from "@tutti/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LiveNetwork, releaseOf } from "./live-network.ts";
import { liveCentres, removeSandboxes, writeSandbox } from "./sandbox-folder.ts";

const QUERY = {
  dataset: "live@3",
  purpose: "faults",
  measures: [
    { id: "n", count: true },
    { id: "age", quantiles: "age", at: [0.5] },
  ],
};
const centres = liveCentres(5, 12, 5);
const names = [...centres.keys()];

/** Patients of all centres but these. */
function without(...gone: readonly string[]): number {
  return [...centres].filter(([name]) => !gone.includes(name)).reduce((sum, [, { length }]) => sum + length, 0);
}

// One story on one network: Linux's way to find a process by its parent is needed.
describe.skipIf(process.platform !== "linux")("five centres", () => {
  let network: LiveNetwork;
  beforeAll(async () => {
    network = await LiveNetwork.start(writeSandbox(centres));
  });
  afterAll(async () => {
    await network.stop();
    removeSandboxes();
  });

  test("one that hangs is left out, and takes part again once it wakes", async () => {
    network.signal(names[0]!, "SIGSTOP");
    const state = await network.ask(QUERY);
    network.signal(names[0]!, "SIGCONT");
    expect(state.state).toBe("released");
    expect(releaseOf(state)).toMatchObject({ centres: { invited: 5, contributed: 4 }, results: [{ count: without(names[0]!) }, {}] });
    // What it was offered meanwhile has ended: it says so, and asks again.
    await sleep(500);
    expect(releaseOf(await network.ask(QUERY))).toMatchObject({
      centres: { contributed: 5, finished: 5 },
      results: [{ count: without() }, {}],
    });
  });

  test("one that is killed in the middle of a session ends it in a named outcome, and the others go on", async () => {
    const victim = names[1]!;
    const state = await network.ask(QUERY, (what) => {
      if (what === "formed" && network.agents().has(victim)) network.signal(victim, "SIGKILL");
    });
    expect(OUTCOMES).toContain(state.state);
    if (state.state !== "released") expect(state.detail).toMatch(/\w+ \w+/);
    await expect.poll(() => network.agents().size).toBe(4);
    const after = await network.ask(QUERY);
    expect(after.state).toBe("released");
    // Beside the earlier answer, one without the victim's patients would tell of them: the earlier one is given again.
    expect(releaseOf(after)).toMatchObject({
      centres: { invited: 5, contributed: 4, finished: 4 },
      asOf: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      results: [{ count: without() }, {}],
    });
  });

  test("fewer than the minimum are too few: a sentence says so, and those that are left stay", async () => {
    for (const name of names.slice(2, 4)) network.signal(name, "SIGKILL");
    const state = await network.ask(QUERY);
    expect(state).toMatchObject({ state: "tooFewCentres", release: null, detail: expect.stringMatching(/\w+ \w+/) });
    expect(network.agents().size).toBe(2);
  });
});
