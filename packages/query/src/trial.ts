import type { Dataset, Label, Variable } from "@tutti/dataset";
import { gridOf } from "@tutti/dataset";
import * as fc from "fast-check";
import type { Input } from "./plan.ts";
import type { Predicate } from "./predicate.ts";
import type { Condition, Measure, Query } from "./query.ts";

// A small dictionary, patients and queries to try laws on, and the plainest reading of a predicate. For tests only.

export type Patient = Readonly<Record<string, string | boolean | number | null>>;

const label: Label = { en: "x", fr: "x" };
const described = { label, missing: [""] };

export const variables: Readonly<Record<string, Variable>> = {
  sex: { type: "category", ...described, codes: { M: label, F: label } },
  anca: { type: "boolean", ...described, recorded: "sensitive", true: ["1"], false: ["0"] },
  dyspnea: { type: "boolean", ...described, true: ["1"], false: ["0"] },
  age: { type: "number", ...described, grid: { from: 0, to: 4, step: 0.5 }, cuts: [1, 2.5] },
  weight: { type: "number", ...described, grid: { from: 0, to: 3, step: 1 }, cuts: [] },
  visit: { type: "boolean", ...described, table: "visits", true: ["1"], false: ["0"] },
};

export const dataset: Dataset = {
  id: "small",
  version: 1,
  title: label,
  key: "patient_id",
  tables: { visits: { key: "patient_id", date: "on" } },
  variables,
};

const values: Readonly<Record<string, readonly Patient[string][]>> = {
  sex: ["M", "F", null],
  anca: [true, false, null],
  dyspnea: [true, false, null],
  age: [0, 0.5, 1, 2, 2.5, 4, null],
  weight: [0, 3, null],
};

/** One patient for every combination of values. */
export const everyPatient: readonly Patient[] = Object.entries(values).reduce<readonly Patient[]>(
  (patients, [name, some]) => patients.flatMap((patient) => some.map((value) => ({ ...patient, [name]: value }))),
  [{}],
);

export function holds(predicate: Predicate, patient: Patient): boolean {
  if ("all" in predicate) return predicate.all.every((inside) => holds(inside, patient));
  if ("any" in predicate) return predicate.any.some((inside) => holds(inside, patient));
  if ("not" in predicate) return !holds(predicate.not, patient);
  const value = patient[predicate.variable] ?? null;
  if ("known" in predicate) return (value !== null) === predicate.known;
  if (value === null) return false;
  if ("in" in predicate) return predicate.in.some((one) => one === value);
  return "atLeast" in predicate ? Number(value) >= predicate.atLeast : Number(value) < predicate.below;
}

/** What one input is for these patients: one number, or one for each point of the grid. */
export function contributed(input: Input, patients: readonly Patient[]): readonly number[] {
  const inside = patients.filter((patient) => holds(input.predicate, patient));
  if (input.kind === "count") return [inside.length];
  const variable = variables[input.variable]!;
  if (variable.type !== "number") throw new TypeError("not a number");
  const grid = gridOf(variable.grid);
  const indices = inside.flatMap((patient) => {
    const value = patient[input.variable];
    return typeof value === "number" ? [grid.indexOf(value)!] : [];
  });
  if (input.kind === "sum") return [indices.reduce((sum, index) => sum + index ** input.power, 0)];
  return Array.from({ length: input.points }, (_, point) => indices.filter((index) => index === point).length);
}

const comparison: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ variable: fc.constantFrom(...Object.keys(values)), known: fc.boolean() }),
  fc.record({ variable: fc.constant("sex"), is: fc.constantFrom("F", "M") }),
  fc.record({ variable: fc.constant("sex"), in: fc.subarray(["F", "M"], { minLength: 1 }) }),
  fc.record({ variable: fc.constantFrom("anca", "dyspnea"), is: fc.boolean() }),
  fc.record({ variable: fc.constant("age"), atLeast: fc.constantFrom(1, 2.5) }),
  fc.record({ variable: fc.constant("age"), below: fc.constantFrom(1, 2.5) }),
);

export const conditions: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => {
  const inside = fc.array(tie("condition"), { minLength: 1, maxLength: 3 });
  return {
    condition: fc.oneof(
      { maxDepth: 3, depthSize: "small" },
      comparison,
      fc.record({ all: inside }),
      fc.record({ any: inside }),
      fc.record({ not: tie("condition") }),
    ),
  };
}).condition;

const asked: fc.Arbitrary<readonly Measure[]> = fc
  .subarray(
    [
      { count: true } as const,
      { proportion: "anca" },
      { proportion: "dyspnea" },
      { distribution: "sex" },
      { distribution: "age" },
      { quantiles: "age", at: [0.25, 0.5] },
      { quantiles: "weight", at: [0.5] },
      { mean: "age" },
      { mean: "weight" },
    ],
    { minLength: 1 },
  )
  .chain((some) => fc.shuffledSubarray(some, { minLength: some.length }))
  .map((some) => some.map((measure, i): Measure => ({ id: `m${i}`, ...measure })));

export const queries: fc.Arbitrary<Query> = fc
  .record({
    where: fc.option(conditions),
    by: fc.shuffledSubarray(["sex", "anca", "age"], { maxLength: 2 }),
    measures: asked,
  })
  .map(({ where, by, measures }) => ({ dataset: "small@1", purpose: "", by, measures, ...(where === null ? {} : { where }) }));

export const patients: fc.Arbitrary<readonly Patient[]> = fc.array(fc.constantFrom(...everyPatient), { maxLength: 30 });
