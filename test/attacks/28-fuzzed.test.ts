import { expect, test } from "vitest";
import { campaign } from "../fuzz/campaign.ts";
import { KEPT } from "../fuzz/kept.ts";
import { TARGETS } from "../fuzz/targets.ts";

// A seeded share of what `npm run fuzz` does: every reader of packages, coordinator, agent and files is fed inputs that are almost right.

const INPUTS = 20_000;

test("every reader answers inputs that are almost right in the way it promises, and nothing is thrown, rejected or logged besides", async () => {
  const tallies = await campaign({ targets: TARGETS, inputs: INPUTS, seed: 28 });
  expect(tallies.flatMap(({ crashes }) => crashes)).toEqual([]);
  expect(tallies.reduce((sum, { inputs }) => sum + inputs, 0)).toBeGreaterThanOrEqual(INPUTS);
  // A campaign whose inputs are all refused looks at nothing behind the first check.
  for (const { target, outcomes } of tallies) expect([target, outcomes.size]).toEqual([target, expect.toSatisfy((kinds) => kinds > 1)]);
});

test.each(KEPT)("$target still answers what it did not answer once (%#)", async ({ target, input }) => {
  const found = TARGETS.find(({ name }) => name === target)!;
  await expect(Promise.resolve(input).then((given) => found.run(given))).resolves.toEqual(expect.any(String));
});
