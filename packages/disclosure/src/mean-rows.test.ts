import { plan, type Query } from "@tutti/query";
import { dataset } from "@tutti/query/trial";
import { expect, test } from "vitest";
import type { EarlierRelease } from "./earlier-release.ts";
import { meansToOpen } from "./mean-rows.ts";
import { DEFAULT_POLICY } from "./policy.ts";

const query = (by: readonly string[]): Query => ({ dataset: "small@1", purpose: "", by, measures: [{ id: "w", mean: "weight" }] });
const bySex = plan(query(["sex"]), dataset);

/** The strata whose means open, when so many patients with a weight are in each; those not named hide. */
function opened(counts: Readonly<Record<string, number>>, made = bySex, history: readonly EarlierRelease[] = []): readonly string[] {
  const byCell = new Map(
    made.results.flatMap(({ stratum, ...result }) => {
      const count = counts[Object.values(stratum).join() || "all"];
      return result.kind === "mean" && count !== undefined ? [[result.known, count] as const] : [];
    }),
  );
  return meansToOpen(made, byCell, DEFAULT_POLICY, history).map(
    ({ result }) => Object.values(made.results[result]!.stratum).join() || "all",
  );
}

test("all means open when everybody's sex is known", () => {
  expect(opened({ all: 25, F: 15, M: 10 })).toEqual(["all", "F", "M"]);
});

test("one patient without a recorded sex would be the difference: the overall mean hides", () => {
  expect(opened({ all: 26, F: 15, M: 10 })).toEqual(["F", "M"]);
  expect(opened({ all: 29, F: 15, M: 10 })).toEqual(["F", "M"]);
});

test("five of them are enough", () => {
  expect(opened({ all: 30, F: 15, M: 10 })).toEqual(["all", "F", "M"]);
});

test("a hidden stratum and the unrecorded ones are told together only if they are five or more", () => {
  expect(opened({ all: 19, F: 15 })).toEqual(["F"]);
  expect(opened({ all: 20, F: 15 })).toEqual(["all", "F"]);
});

test("an overall mean that was told before hides the strata instead", () => {
  const overall = plan(query([]), dataset);
  const release = { results: [{ measure: "w", stratum: {}, known: 26, mean: 1, sd: 1 }] } as unknown as EarlierRelease["release"];
  const earlier = { plan: overall, release } as EarlierRelease;
  expect(opened({ all: 26, F: 15, M: 10 }, bySex, [earlier])).toEqual(["all"]);
  expect(opened({ all: 25, F: 15, M: 10 }, bySex, [earlier])).toEqual(["all", "F", "M"]);
});

test("by two variables, no relation of any axis leaves a few", () => {
  const made = plan(query(["sex", "dyspnea"]), dataset);
  const counts = { all: 40, F: 20, M: 20, true: 22, false: 18, "F,true": 10, "F,false": 10, "M,true": 12, "M,false": 8 };
  expect(opened(counts, made)).toHaveLength(9);
  expect(opened({ ...counts, M: 21, all: 41 }, made)).not.toContain("M");
});
