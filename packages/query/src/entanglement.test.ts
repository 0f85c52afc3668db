import { expect, test } from "vitest";
import { check } from "./check.ts";
import type { Plan } from "./plan.ts";
import { plan } from "./planning.ts";
import type { Condition, Query } from "./query.ts";
import { dataset } from "./trial.ts";

const any: Condition = {
  any: [
    { variable: "anca", is: true },
    { variable: "dyspnea", is: true },
  ],
};
const ask = (query: Omit<Query, "dataset" | "purpose">): Plan => plan({ dataset: "small@1", purpose: "", ...query }, dataset);
const keysOf = ({ cells }: Plan): readonly string[] => cells.map(({ key }) => key);

test("of a union of two, those in both are a cell, and neither side is told without it", () => {
  const made = ask({
    where: any,
    measures: [
      { id: "a", proportion: "anca" },
      { id: "d", proportion: "dyspnea" },
    ],
  });
  const both = keysOf(made).indexOf("anca(true:dyspnea(true))");
  expect(both).toBeGreaterThanOrEqual(0);
  const totals = made.relations.flatMap(({ total, parts }) => (parts.includes(both) ? [made.cells[total]!.key] : []));
  expect(totals.toSorted()).toEqual(["anca(true)", "dyspnea(true)"]);
  expect(made.results.some((result) => "known" in result && result.known === both)).toBe(false);
});

test("of means and quantiles, known and missing are told apart", () => {
  const where: Condition = {
    any: [
      { variable: "anca", is: true },
      { variable: "age", below: 1 },
    ],
  };
  const made = ask({
    where,
    measures: [
      { id: "a", proportion: "anca" },
      { id: "m", mean: "age" },
    ],
  });
  expect(keysOf(made)).toContain("age(?:anca(true))");
});

test("nothing is added where conditions stand one beside the other, or where one of two variables only is measured", () => {
  const measures = [
    { id: "a", proportion: "anca" },
    { id: "d", proportion: "dyspnea" },
  ];
  const where: Condition = {
    all: [
      { variable: "anca", is: true },
      { variable: "dyspnea", known: true },
    ],
  };
  expect(keysOf(ask({ where, measures })).filter((key) => key === "anca(true:dyspnea(?))")).toEqual([]);
  expect(ask({ where: any, measures: measures.slice(0, 1) }).cells).toHaveLength(5);
});

test("too many combinations at a time are a problem of the query", () => {
  const wide = {
    ...dataset.variables["sex"]!,
    codes: Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`c${i}`, { en: "x", fr: "x" }])),
  };
  const large = { ...dataset, variables: { ...dataset.variables, sex: wide, other: wide } } as typeof dataset;
  const where: Condition = {
    any: [
      { variable: "sex", is: "c1" },
      { variable: "other", is: "c1" },
    ],
  };
  const measures = [
    { id: "a", distribution: "sex" },
    { id: "b", distribution: "other" },
  ];
  expect(check({ dataset: "small@1", purpose: "", where, measures }, large)).toMatchObject({ ok: false, problems: [{ code: "limit" }] });
});
