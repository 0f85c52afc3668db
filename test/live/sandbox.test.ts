import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { tutti } from "./command.ts";
import { type LiveCentres, liveCentres, removeSandboxes, writeSandbox } from "./sandbox-folder.ts";
import { everybody, mean, quantile, standardDeviation, valuesOf } from "./truth.ts";

afterAll(removeSandboxes);

const EVERYTHING = {
  dataset: "live@3",
  purpose: "everything",
  measures: [
    { id: "n", count: true },
    { id: "dyspnea", proportion: "dyspnea" },
    { id: "sex", distribution: "sex" },
    { id: "age", quantiles: "age", at: [0.25, 0.5, 0.75] },
    { id: "hb", mean: "hb" },
  ],
};
const GROWN = {
  dataset: "live@3",
  purpose: "some of them",
  where: { all: [{ variable: "age", atLeast: 18 }, { not: { variable: "dyspnea", is: true } }] },
  measures: [
    { id: "n", count: true },
    { id: "hb", mean: "hb" },
  ],
};
const BY_SEX = { dataset: "live@3", purpose: "two groups", by: ["sex"], measures: [{ id: "hb", quantiles: "hb", at: [0.5] }] };

/** The number, but for the last rounding. */
function close(value: number): number {
  return expect.closeTo(value, 10) as number;
}

/** Asks all queries of one sandbox; gives the results of each. */
async function results(centres: LiveCentres, queries: readonly unknown[]): Promise<readonly (readonly object[])[]> {
  const folder = writeSandbox(centres, queries);
  const options = queries.flatMap((_, i) => ["--query", join(folder, `q${i + 1}.json`)]);
  const { code, stdout, stderr } = await tutti("sandbox", folder, "--json", ...options);
  expect(code, stderr).toBe(0);
  const printed = JSON.parse(stdout) as { results: readonly object[] } | readonly { results: readonly object[] }[];
  return ("results" in printed ? [printed] : printed).map((release) => release.results);
}

function expectEverything(rows: readonly object[], centres: LiveCentres): void {
  const all = everybody(centres);
  const positive = all.filter(({ dyspnea }) => dyspnea === true).length;
  const known = all.filter(({ dyspnea }) => dyspnea !== null).length;
  const ages = valuesOf(all, "age");
  const hb = valuesOf(all, "hb");
  const sexes = (code: string) => all.filter(({ sex }) => sex === code).length;
  expect(rows).toEqual([
    { measure: "n", stratum: {}, count: all.length },
    { measure: "dyspnea", stratum: {}, known, positive, rate: close(positive / known) },
    { measure: "sex", stratum: {}, known: sexes("F") + sexes("M"), counts: { F: sexes("F"), M: sexes("M") } },
    {
      measure: "age",
      stratum: {},
      known: ages.length,
      quantiles: { "0.25": close(quantile(ages, 1, 4)), "0.5": close(quantile(ages, 1, 2)), "0.75": close(quantile(ages, 3, 4)) },
    },
    { measure: "hb", stratum: {}, known: hb.length, mean: close(mean(hb)), sd: close(standardDeviation(hb)) },
  ]);
}

/** What was asked of those who have grown up. */
function expectGrown(rows: readonly object[], centres: LiveCentres): void {
  const some = everybody(centres, ({ age, dyspnea }) => age !== null && age >= 18 && dyspnea !== true);
  const hb = valuesOf(some, "hb");
  expect(rows).toEqual([
    { measure: "n", stratum: {}, count: some.length },
    { measure: "hb", stratum: {}, known: hb.length, mean: close(mean(hb)), sd: close(standardDeviation(hb)) },
  ]);
}

test("3 centres: what is asked of a network is exact", async () => {
  const centres = liveCentres(3, 40, 3);
  const [everything, grown] = await results(centres, [EVERYTHING, GROWN]);
  expectEverything(everything!, centres);
  expectGrown(grown!, centres);
});

// Of another network: after the distribution by sex, what is known of few girls fewer would hide.
test("5 centres: so it is in groups", async () => {
  const centres = liveCentres(5, 25, 5);
  const [bySex] = await results(centres, [BY_SEX]);
  for (const code of ["F", "M"]) {
    const values = valuesOf(
      everybody(centres, ({ sex }) => sex === code),
      "hb",
    );
    expect(bySex).toContainEqual({
      measure: "hb",
      stratum: { sex: code },
      known: values.length,
      quantiles: { "0.5": close(quantile(values, 1, 2)) },
    });
  }
});

// The smallest committees, of 16 and 21 centres, are those of test/journeys/exact.test.ts.
test("51 centres: a committee holds the shares, and the answer is exact", async () => {
  const centres = liveCentres(51, 3, 51);
  const [everything] = await results(centres, [EVERYTHING]);
  expectEverything(everything!, centres);
});
