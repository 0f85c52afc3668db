import { IPH } from "@tutti/dataset";
import { expect, test } from "vitest";
import { IPH_REPORT, type ReportMeasure } from "./iph-report.ts";

const variableOf = (measure: ReportMeasure): readonly [name: string, type: string] | null => {
  if ("proportion" in measure) return [measure.proportion, "boolean"];
  if ("distribution" in measure) return [measure.distribution, "category"];
  if ("quantiles" in measure) return [measure.quantiles, "number"];
  return null;
};

test("every measure asks a variable of iph of the right type, under an id of its own", () => {
  const { measures, dataset } = IPH_REPORT.queries[0]!;
  expect(dataset).toBe("iph@1");
  for (const [name, type] of measures.map(variableOf).filter((variable) => variable !== null))
    expect([name, IPH.variables[name]?.type]).toEqual([name, type]);
  expect(new Set(measures.map((measure) => measure.id)).size).toBe(measures.length);
});

test("every row of the layout is a measure, and every measure is laid out", () => {
  const measures = IPH_REPORT.queries.flatMap((query) => query.measures.map((measure) => measure.id));
  expect(new Set(IPH_REPORT.layout.flatMap((table) => table.rows))).toEqual(new Set(measures));
});
