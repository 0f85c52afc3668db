import * as fc from "fast-check";
import { expect, test } from "vitest";
import { plan } from "./planning.ts";
import type { Predicate } from "./predicate.ts";
import { MEASURE_KINDS, measureKind, variablesOf } from "./touched.ts";
import { dataset, queries } from "./trial.ts";

function comparedIn(predicate: Predicate): readonly string[] {
  if ("all" in predicate) return predicate.all.flatMap(comparedIn);
  if ("any" in predicate) return predicate.any.flatMap(comparedIn);
  return "not" in predicate ? comparedIn(predicate.not) : [predicate.variable];
}

test("a plan asks a centre about no other variable than the query touches", () => {
  fc.assert(
    fc.property(queries, (query) => {
      const touched = variablesOf(query);
      for (const input of plan(query, dataset).inputs)
        for (const name of [...comparedIn(input.predicate), ...("variable" in input ? [input.variable] : [])])
          expect(touched).toContain(name);
    }),
  );
});

test("each part of a query counts, each variable once", () => {
  const where = { all: [{ variable: "age", atLeast: 1 }, { not: { any: [{ variable: "anca", is: true }] } }] };
  const measures = [
    { id: "a", count: true },
    { id: "b", proportion: "dyspnea" },
    { id: "c", distribution: "sex" },
    { id: "d", quantiles: "age", at: [0.5] },
    { id: "e", mean: "weight" },
  ] as const;
  expect(variablesOf({ dataset: "small@1", purpose: "", where, by: ["visit"], measures })).toEqual([
    "age",
    "anca",
    "dyspnea",
    "sex",
    "visit",
    "weight",
  ]);
  expect(measures.map(measureKind)).toEqual(MEASURE_KINDS);
  expect(variablesOf({ dataset: "small@1", purpose: "", measures: [measures[0]] })).toEqual([]);
});
