import { plan } from "@tutti/query";
import { dataset, queries } from "@tutti/query/trial";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Opened } from "./opened.ts";
import { DEFAULT_POLICY } from "./policy.ts";
import { release, releaseSchema, type ReleaseResult, type Session } from "./release.ts";

const session: Session = {
  query: `sha256:${"0".repeat(64)}`,
  roster: `sha256:${"0".repeat(64)}`,
  policy: DEFAULT_POLICY,
  centres: { invited: 3, contributed: 3, finished: 3 },
  strength: "passive",
};

/** Numbers that no rule would make up: cell i opens as 1,000 + i. */
const some = fc.tuple(queries, fc.func(fc.boolean())).map(([query, opens]) => {
  const made = plan(query, dataset);
  const counts = new Map(made.cells.flatMap((_, cell) => (opens(cell) ? [[cell, 1_000 + cell] as const] : [])));
  const quantiles: Opened["quantiles"] = new Map(
    made.results.flatMap((result, i) =>
      result.kind === "quantiles" && counts.has(result.known) && opens(i, 0)
        ? [[i, new Map([[result.at[0]!.text, [1, 1] as const]])] as const]
        : [],
    ),
  );
  const sums: Opened["sums"] = new Map(
    made.results.flatMap((result, i) =>
      result.kind === "mean" && counts.has(result.known) ? [[i, { sum: 1_000n, squares: 2_000n }] as const] : [],
    ),
  );
  return { made, opened: { counts, quantiles, sums } };
});

/** Every value of a row by its name in `hidden`. */
function valuesOf(row: ReleaseResult): ReadonlyMap<string, unknown> {
  const fields = Object.entries(row).filter(([field]) => !["measure", "stratum", "hidden"].includes(field));
  return new Map(
    fields.flatMap(([field, value]): [string, unknown][] =>
      typeof value === "object" && value !== null
        ? Object.entries(value).map(([key, inside]) => [`${field}.${key}`, inside])
        : [[field, value]],
    ),
  );
}

test("what is not opened is null, and hidden names exactly the nulls", () => {
  fc.assert(
    fc.property(some, ({ made, opened }) => {
      const { results } = release(made, opened, session);
      results.forEach((row, i) => {
        const result = made.results[i]!;
        const values = valuesOf(row);
        expect(row.hidden ?? []).toEqual([...values].flatMap(([name, value]) => (value === null ? [name] : [])));
        const at = (cell: number): number | null => opened.counts.get(cell) ?? null;
        if (result.kind === "count") expect(values.get("count")).toBe(at(result.count));
        else expect(values.get("known")).toBe(at(result.known));
        if (result.kind === "proportion") {
          expect(values.get("positive")).toBe(at(result.positive));
          const both = at(result.known) !== null && at(result.positive) !== null;
          expect(values.get("rate")).toBe(both ? at(result.positive)! / at(result.known)! : null);
        }
        if (result.kind === "distribution") for (const [label, cell] of result.counts) expect(values.get(`counts.${label}`)).toBe(at(cell));
        if (result.kind === "quantiles")
          for (const { text } of result.at)
            expect(values.get(`quantiles.${text}`) !== null).toBe(opened.quantiles.get(i)?.has(text) === true);
        if (result.kind === "mean") expect(values.get("mean") !== null).toBe(opened.sums.has(i));
      });
    }),
  );
});

test("no number is in a release that was not opened or made of opened ones", () => {
  fc.assert(
    fc.property(some, ({ made, opened }) => {
      const whole = release(made, { counts: new Map(), quantiles: new Map(), sums: new Map() }, session);
      for (const row of whole.results) for (const value of valuesOf(row).values()) expect(value).toBeNull();
      const text = JSON.stringify(release(made, opened, session).results);
      made.cells.forEach((_, cell) => {
        if (!opened.counts.has(cell)) expect(text).not.toMatch(new RegExp(`\\b${1_000 + cell}\\b(?!\\.)`));
      });
    }),
  );
});

test("a release fits its schema, and nothing may be added to it", () => {
  fc.assert(
    fc.property(some, ({ made, opened }) => {
      const made1 = release(made, opened, session);
      expect(releaseSchema.parse(JSON.parse(JSON.stringify(made1)))).toEqual(made1);
      expect(releaseSchema.safeParse({ ...made1, totals: [] }).success).toBe(false);
    }),
    { numRuns: 30 },
  );
});

test("of nobody there is no rate, mean or quantile, and none of them hides", () => {
  const made = plan(
    {
      dataset: "small@1",
      purpose: "",
      measures: [
        { id: "a", proportion: "anca" },
        { id: "m", mean: "age" },
      ],
    },
    dataset,
  );
  const counts = new Map(made.cells.map((_, cell) => [cell, 0]));
  expect(release(made, { counts, quantiles: new Map(), sums: new Map() }, session).results).toEqual([
    { measure: "a", stratum: {}, known: 0, positive: 0, rate: null },
    { measure: "m", stratum: {}, known: 0, mean: null, sd: null },
  ]);
});
