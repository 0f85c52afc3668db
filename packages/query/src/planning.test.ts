import { expect, test } from "vitest";
import * as fc from "fast-check";
import { canonical } from "./canonical.ts";
import { check } from "./check.ts";
import { predicateOf } from "./cohort.ts";
import { type Cell, layout, type Plan } from "./plan.ts";
import { plan } from "./planning.ts";
import type { Predicate } from "./predicate.ts";
import type { Measure, Query } from "./query.ts";
import { contributed, dataset, holds, type Patient, patients, queries } from "./trial.ts";

const planned = (query: Omit<Query, "dataset" | "purpose">): Plan => plan({ dataset: "small@1", purpose: "", ...query }, dataset);
const count: Measure = { id: "n", count: true };
const female: Predicate = { variable: "sex", in: ["F"] };
const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

/** The value of every cell for these patients, from the inputs. */
function valuesOf({ inputs, cells }: Plan, rows: readonly Patient[]): readonly number[] {
  const totals = inputs.map((input) => (input.kind === "sum" ? null : sum(contributed(input, rows))));
  return cells.map(({ terms }) => sum(terms.map((term) => totals[term]!)));
}

function stratumOf(stratum: Readonly<Record<string, string | boolean>>): Predicate {
  const bands: Readonly<Record<string, Predicate>> = {
    "<1": { variable: "age", below: 1 },
    "1-<2.5": {
      all: [
        { variable: "age", atLeast: 1 },
        { variable: "age", below: 2.5 },
      ],
    },
    ">=2.5": { variable: "age", atLeast: 2.5 },
  };
  return {
    all: Object.entries(stratum).map(([variable, value]) => (variable === "age" ? bands[String(value)]! : { variable, in: [value] })),
  };
}

test("relations hold, and each result counts the patients of its stratum, whatever the data", () => {
  fc.assert(
    fc.property(queries, patients, (query, rows) => {
      const made = plan(query, dataset);
      const cells = valuesOf(made, rows);
      for (const { total, parts } of made.relations) expect(cells[total]).toBe(sum(parts.map((part) => cells[part]!)));
      for (const result of made.results) {
        const cohort: Predicate = { all: [...(query.where === undefined ? [] : [predicateOf(query.where)]), stratumOf(result.stratum)] };
        const of = (predicate: Predicate) => rows.filter((row) => holds({ all: [cohort, predicate] }, row));
        const size = (predicate: Predicate) => of(predicate).length;
        const measure = query.measures.find(({ id }) => id === result.measure)!;
        const known = "known" in result ? cells[result.known] : null;
        if (result.kind === "count") expect(cells[result.count]).toBe(size({ all: [] }));
        if (result.kind === "proportion" && "proportion" in measure) {
          expect(cells[result.positive]).toBe(size({ variable: measure.proportion, in: [true] }));
          expect(cells[result.negative]).toBe(size({ variable: measure.proportion, in: [false] }));
          expect(known).toBe(size({ variable: measure.proportion, known: true }));
        }
        if (result.kind === "distribution" && "distribution" in measure) {
          expect(known).toBe(size({ variable: measure.distribution, known: true }));
          for (const [label, cell] of result.counts) expect(cells[cell]).toBe(size(stratumOf({ [measure.distribution]: label })));
        }
        if (result.kind === "quantiles" || result.kind === "mean") {
          const indices = of({ variable: result.variable, known: true }).map((row) => result.grid.indexOf(Number(row[result.variable]))!);
          expect(known).toBe(indices.length);
          const pooled = (inputs: readonly number[]) =>
            inputs.map((i) => contributed(made.inputs[i]!, rows)).reduce((one, other) => one.map((n, j) => n + other[j]!));
          if (result.kind === "mean") {
            expect(pooled(result.sums)).toEqual([sum(indices)]);
            expect(pooled(result.squares)).toEqual([sum(indices.map((index) => index ** 2))]);
          } else {
            expect(pooled(result.histograms)).toEqual(
              Array.from({ length: result.grid.points }, (_, g) => indices.filter((i) => i === g).length),
            );
          }
        }
      }
    }),
    { numRuns: 150 },
  );
});

test("every plan is well formed: one cell a set, one input a number, nothing out of range", () => {
  fc.assert(
    fc.property(queries, (query) => {
      const { inputs, cells, relations } = plan(query, dataset);
      expect(new Set(cells.map(({ key }) => key)).size).toBe(cells.length);
      const names = inputs.map((input) => JSON.stringify({ ...input, predicate: canonical(input.predicate, dataset) }));
      expect(new Set(names).size).toBe(inputs.length);
      for (const { terms } of cells) {
        expect(terms.length).toBeGreaterThan(0);
        expect(new Set(terms).size).toBe(terms.length);
        for (const term of terms) expect(["count", "histogram"]).toContain(inputs[term]?.kind);
      }
      for (const { total, parts } of relations) {
        expect(parts.length).toBeGreaterThan(1);
        expect(new Set([total, ...parts]).size).toBe(parts.length + 1);
      }
    }),
  );
});

test("the key of a cell says whom its terms count", () => {
  const { cells, inputs } = planned({
    where: { variable: "age", below: 2.5 },
    by: ["sex"],
    measures: [count, { id: "a", proportion: "anca" }],
  });
  for (const { key, terms } of cells) {
    expect(canonical({ any: terms.map((term) => inputs[term]!.predicate) }, dataset)).toBe(key);
  }
});

test("the same query with its keys in another order is the same plan", () => {
  const dictionary = mapped(dataset, (keys) => keys.toReversed()) as typeof dataset;
  fc.assert(
    fc.property(queries, (query) => {
      const other = check(
        mapped(query, (keys) => keys.toReversed()),
        dictionary,
      );
      if (!other.ok) throw new Error("a query that fits was refused");
      expect(sorted(plan(other.query, dictionary))).toBe(sorted(plan(query, dataset)));
    }),
  );
});

function sorted(made: Plan): string {
  return JSON.stringify(mapped(made, (keys) => keys.toSorted()));
}

/** The same value with the keys of its objects in another order. */
function mapped(value: unknown, order: (keys: readonly string[]) => readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((inside) => mapped(inside, order));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(order(Object.keys(value)).map((key) => [key, mapped(Reflect.get(value, key), order)]));
}

test("by two variables: everybody, each margin, each pair; none for a missing value", () => {
  const { results, cells, relations } = planned({ by: ["sex", "anca"], measures: [count] });
  expect(results.map(({ stratum }) => stratum)).toEqual([
    {},
    { anca: true },
    { anca: false },
    { sex: "F" },
    { sex: "M" },
    { sex: "F", anca: true },
    { sex: "F", anca: false },
    { sex: "M", anca: true },
    { sex: "M", anca: false },
  ]);
  expect(cells).toHaveLength(16);
  expect(relations).toHaveLength(8);
});

function at(made: Plan, key: string): Cell | undefined {
  return made.cells.find((cell) => cell.key === key);
}

test("missing cells carry what the dictionary says, whether the value or the stratum is missing", () => {
  const flat = planned({
    measures: [
      { id: "a", proportion: "anca" },
      { id: "d", proportion: "dyspnea" },
    ],
  });
  expect(at(flat, "anca(?)")).toMatchObject({ role: "missing", sensitive: true });
  expect(at(flat, "dyspnea(?)")).toMatchObject({ role: "missing", sensitive: false });
  const strata = planned({ by: ["anca"], measures: [{ id: "d", proportion: "dyspnea" }] });
  expect(at(strata, "anca(?)")).toMatchObject({ role: "missing", sensitive: true });
  expect(at(strata, "anca(?:dyspnea(true))")).toMatchObject({ role: "missing", sensitive: true });
  expect(at(strata, "anca(true:dyspnea(?))")).toMatchObject({ role: "missing", sensitive: false });
});

test("missing patients asked for as a cohort are a cell like any other", () => {
  const made = planned({ where: { variable: "anca", known: false }, measures: [{ id: "a", proportion: "anca" }, count] });
  expect(at(made, "anca(?)")).toMatchObject({ role: "patients" });
  const same = {
    any: [
      {
        all: [
          { variable: "dyspnea", is: true },
          { variable: "anca", known: false },
        ],
      },
      {
        all: [
          { variable: "dyspnea", is: false },
          { variable: "anca", known: true },
        ],
      },
    ],
  };
  for (const order of [
    ["dyspnea", "anca"],
    ["anca", "dyspnea"],
  ]) {
    const twice = planned({ where: same, measures: order.map((variable) => ({ id: variable, proportion: variable })) });
    expect(at(twice, "anca(?:dyspnea(true))")).toMatchObject({ role: "part", sensitive: false });
  }
});

test("a cell that is missing for two reasons is sensitive when one of them is", () => {
  const same = {
    any: [
      {
        all: [
          { variable: "dyspnea", known: false },
          { variable: "anca", known: false },
        ],
      },
      {
        all: [
          { variable: "dyspnea", known: true },
          { variable: "anca", known: true },
        ],
      },
    ],
  };
  const key = "anca(?:dyspnea(?))";
  for (const order of [
    ["dyspnea", "anca"],
    ["anca", "dyspnea"],
  ]) {
    const made = planned({ where: same, measures: order.map((variable) => ({ id: variable, proportion: variable })) });
    expect(at(made, key)).toMatchObject({ role: "missing", sensitive: true });
  }
});

test("a stratum that nobody can be in stays in the answer, in no relation", () => {
  const made = planned({ where: { variable: "sex", is: "F" }, by: ["sex"], measures: [count] });
  expect(made.cells.map(({ key }) => key)).toEqual(['sex("F")', "none"]);
  expect(made.relations).toEqual([]);
  expect(made.results).toEqual([
    { measure: "n", stratum: {}, kind: "count", count: 0 },
    { measure: "n", stratum: { sex: "F" }, kind: "count", count: 0 },
    { measure: "n", stratum: { sex: "M" }, kind: "count", count: 1 },
  ]);
  expect(made.inputs[0]).toEqual({ kind: "count", predicate: { all: [female, female] } });
});

test("the places of the inputs follow each other in both vectors", () => {
  const made = planned({
    measures: [
      { id: "q", quantiles: "age", at: [0.5] },
      { id: "m", mean: "age" },
    ],
  });
  expect(made.inputs.map(({ kind }) => kind)).toEqual(["count", "histogram", "count", "sum", "sum"]);
  expect(layout(made)).toEqual({ narrow: 11, wide: 2, offsets: [0, 1, 10, 0, 1] });
});
