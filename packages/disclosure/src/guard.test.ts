import { plan, type Query } from "@tutti/query";
import { dataset } from "@tutti/query/trial";
import { expect, test } from "vitest";
import { type EarlierRelease, setsOfRelease } from "./earlier-release.ts";
import { answerAgain, type GuardPair } from "./guard.ts";
import { DEFAULT_POLICY } from "./policy.ts";
import type { Release } from "./release.ts";

const COUNT: Query = { dataset: "small@1", purpose: "the first", measures: [{ id: "n", count: true }] };
const OTHER: Query = { ...COUNT, purpose: "another" };

function past(query: Query, count: number | null): EarlierRelease {
  const planned = plan(query, dataset);
  const release = { results: [{ measure: "n", stratum: {}, count }] } as unknown as Release;
  const about = { session: "", participants: [], atMs: 0, plan: planned, policy: DEFAULT_POLICY };
  return { ...about, query: query.purpose, release, sets: setsOfRelease(planned, release) };
}

/** What was told under the first query, of the very cell that is asked now. */
const PAIR: GuardPair = { cell: 0, earlier: 0, set: 0, same: true, later: false, empty: "nothing" };

test("a release of the same query is given again while what was told has not safely changed", () => {
  const history = [past(COUNT, 12), past(OTHER, 12)];
  const again = (distance: "equal" | "near" | "far") => answerAgain(history, OTHER.purpose, DEFAULT_POLICY, [PAIR], [distance]);
  expect(again("equal")).toBe(history[1]);
  expect(again("near")).toBe(history[1]);
  expect(again("far")).toBeNull();
});

test("one that told nothing is never given again, also where another query told of the same patients", () => {
  const history = [past(COUNT, 12), past(OTHER, null)];
  expect(answerAgain(history, OTHER.purpose, DEFAULT_POLICY, [PAIR], ["equal"])).toBeNull();
});
