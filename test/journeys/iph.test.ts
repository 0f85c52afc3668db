import { IPH_REPORT, iphCohort } from "@tutti/cohort";
import { IPH } from "@tutti/dataset";
import { expect, test } from "vitest";
import { World } from "../world/world.ts";

// The whole system in one story: twelve centres, one question, the published figures, and nothing small.

const world = new World({ dataset: IPH, centres: Object.fromEntries(iphCohort().map(({ name, rows }) => [name, rows])), seed: 1 });
const { releases, stops, exchanges } = world.ask(IPH_REPORT.queries[0]!);
const release = releases.get(world.names[0]!)!;
const row = (measure: string): Readonly<Record<string, unknown>> => ({ ...release.results.find((result) => result.measure === measure) });

test("all twelve make the same release", () => {
  expect(stops.size).toBe(0);
  expect(releases.size).toBe(12);
  for (const other of releases.values()) expect(other).toEqual(release);
  expect(release.centres).toEqual({ invited: 12, contributed: 12, finished: 12 });
  expect(exchanges).toBeLessThanOrEqual(24);
});

test("counts and medians are the paper's", () => {
  expect(row("n")).toMatchObject({ count: 25 });
  expect(row("sex")).toMatchObject({ known: 25, counts: { F: 20, M: 5 } });
  expect(row("age_dx")).toMatchObject({ quantiles: { "0.5": 4.3 } });
  expect(row("hemoglobin")).toMatchObject({ quantiles: { "0.5": 7.2 } });
  expect(row("bmi")).toMatchObject({ quantiles: { "0.5": 14.75 } });
});

test.each([
  ["hemoptysis", 11],
  ["dyspnea", 17],
  ["cough", 12],
  ["febrile_pneumonia", 11],
  ["anemia", 16],
  ["severe_anemia", 9],
  ["down_syndrome", 5],
  ["immunosuppressants", 13],
  ["hydroxychloroquine", 10],
])("%s: %i of 25", (measure, positive) => {
  expect(row(measure)).toMatchObject({ known: 25, positive, rate: positive / 25 });
});

test.each([
  ["anca", 15, 6],
  ["ana", 11, 5],
])("%s: tested %i, positive %i", (measure, known, positive) => {
  expect(row(measure)).toMatchObject({ known, positive });
  expect(row(measure)).not.toHaveProperty("hidden");
});

test.each([
  ["coeliac_ig", 14],
  ["cows_milk_ige", 9],
  ["rheumatoid_factor", 10],
  ["anti_dsdna", 10],
  ["anti_gbm", 9],
])("%s: tested %i, and the few positive stay hidden", (measure, known) => {
  expect(row(measure)).toMatchObject({ known, positive: null, rate: null, hidden: ["positive", "rate"] });
});

test("three of six would bound each other by their sum, so the six hide too", () => {
  expect(row("anti_smooth_muscle")).toMatchObject({ known: null, positive: null, hidden: ["known", "positive", "rate"] });
});
