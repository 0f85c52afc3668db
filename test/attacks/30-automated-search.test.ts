import { expect, test } from "vitest";
import { ATTACKERS } from "../search/attackers.ts";
import { campaign, NETWORKS } from "../search/campaign.ts";

// A program searches for sequences of queries that tell a number below k exactly (in the manner of QuerySnout: Cretu et al., CCS 2022).
// More of it: node test/search/main.ts --seconds 600 --seed 1

const budget = { scenes: 4, sequences: 72, shadows: 0 };
const counts = ATTACKERS["counts, two to six"]!;

test("in the budget of this test no number below k is recovered from the network", () => {
  const { tried, recovered } = campaign(30, NETWORKS.network, counts, budget);
  expect(tried).toBeGreaterThanOrEqual(288);
  expect(recovered.map(({ best }) => best)).toEqual([]);
});

test("a threshold alone is broken by the same search", () => {
  const { recovered } = campaign(30, NETWORKS.baseline, counts, budget);
  expect(recovered.length).toBeGreaterThan(0);
});

test("what the best sequences tell of a patient is little more than a guess, and more under a threshold alone", () => {
  const [ours, theirs] = (["network", "baseline"] as const).map((rule) =>
    campaign(31, NETWORKS[rule], counts, { scenes: 2, sequences: 36, shadows: 50 }),
  );
  expect(ours!.advantage).toBeLessThan(0.2);
  expect(theirs!.recovered.length).toBeGreaterThanOrEqual(ours!.recovered.length);
});
