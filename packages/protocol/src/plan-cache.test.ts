import { IPH } from "@tutti/dataset";
import type { Query } from "@tutti/query";
import { dataset } from "@tutti/query/trial";
import { expect, test } from "vitest";
import { planOnce } from "./plan-cache.ts";

/** So many counts, each of another cohort: of patients of some ages, or without some. */
function counts(many: number): readonly Query[] {
  return Array.from({ length: many }, (_, i) => ({
    dataset: "small@1",
    purpose: "",
    where: { all: Array.from({ length: 11 }, (_bit, bit) => ({ variable: "sex", known: ((i >> bit) & 1) === 1 })) },
    measures: [{ id: "n", count: true }],
  }));
}

test("a thousand counts are planned once, whatever their purpose", () => {
  const queries = counts(1_000);
  const plans = queries.map((query) => planOnce(query, dataset));
  queries.forEach((query, i) => expect(planOnce({ ...query, purpose: "another" }, dataset) === plans[i]).toBe(true));
});

test("of plans of 650 cells some thirty are kept, and the last one whatever it weighs", () => {
  const names = Object.entries(IPH.variables).flatMap(([name, { type, table }]) =>
    type === "boolean" && table === undefined ? [name] : [],
  );
  const reports = Array.from({ length: 40 }, (_, i): Query => ({
    dataset: `${IPH.id}@${IPH.version}`,
    purpose: "",
    by: ["sex"],
    measures: names.map((name) => ({ id: `${name}_${i}`, proportion: name })),
  }));
  const plans = reports.map((query) => planOnce(query, IPH));
  expect(planOnce(reports.at(-1)!, IPH) === plans.at(-1)).toBe(true);
  expect(planOnce(reports.at(-20)!, IPH) === plans.at(-20)).toBe(true);
  const again = planOnce(reports[0]!, IPH);
  expect(again === plans[0]).toBe(false);
  expect(again).toEqual(plans[0]);
});
