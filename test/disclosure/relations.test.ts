import { plan, type Plan } from "@tutti/query";
import type { Condition, Query } from "@tutti/query";
import { dataset, everyPatient, holds, queries } from "@tutti/query/trial";
import fc from "fast-check";
import highs from "highs";
import { expect, test } from "vitest";
import { sparseRows } from "./sparse-rows.ts";

// What suppression takes to be possible is what relations say. Here: they say all there is to say.

// The package's types describe its CommonJS form, where the function is a member.
const solver = await (highs as unknown as typeof highs.default)();
const OPTIMAL = 7;

/** The greatest weighted sum of cells of one patient, as far as relations tell: fractions of the patient may be in several cells. */
function greatest({ cells, relations }: Plan, weights: readonly number[]): number {
  const numCols = cells.length;
  const rows = relations.map(({ total, parts }) => [[total, 1] as const, ...parts.map((part) => [part, -1] as const)]);
  return solver.withModel((model) => {
    model.options.set({ output_flag: false, random_seed: 1 });
    model.passModel({
      numCols,
      numRows: rows.length,
      colCost: weights.map((weight) => -weight),
      // The first cell is the cohort.
      colLower: cells.map((_, cell) => Number(cell === 0)),
      colUpper: cells.map(({ key }) => Number(key !== "none")),
      rowLower: rows.map(() => 0),
      rowUpper: rows.map(() => 0),
      matrix: sparseRows(rows, numCols),
    });
    model.run();
    if (model.getModelStatus() !== OPTIMAL) throw new Error("no patient can be in this cohort");
    return model.getSolution().colValue.reduce((sum, value, cell) => sum + value * weights[cell]!, 0);
  });
}

/** The same of a patient of any kind. */
function greatestOfAll({ cells, inputs }: Plan, weights: readonly number[]): number {
  const isIn = (cell: number, patient: (typeof everyPatient)[number]): boolean =>
    cells[cell]!.terms.some((term) => holds(inputs[term]!.predicate, patient));
  const inside = everyPatient.filter((patient) => isIn(0, patient));
  return Math.max(...inside.map((patient) => weights.reduce((sum, weight, cell) => sum + (isIn(cell, patient) ? weight : 0), 0)));
}

const comparisons: fc.Arbitrary<Condition> = fc.constantFrom<Condition[]>(
  { variable: "sex", is: "F" },
  { variable: "anca", is: true },
  { variable: "dyspnea", is: true },
  { variable: "dyspnea", known: false },
  { variable: "age", below: 1 },
);
/** Cohorts whose conditions tie variables together. */
const unions: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ any: fc.array(comparisons, { minLength: 2, maxLength: 3 }) }),
  fc.record({ not: fc.record({ all: fc.array(comparisons, { minLength: 2, maxLength: 3 }) }) }),
  fc.record({ any: fc.tuple(comparisons, fc.record({ all: fc.array(comparisons, { minLength: 2, maxLength: 2 }) })) }),
);
const tied: fc.Arbitrary<Query> = fc.tuple(queries, unions).map(([query, where]) => ({ ...query, where, by: query.by?.slice(0, 1) }));

test("no numbers satisfy the relations of a plan that no patients have", () => {
  fc.assert(
    fc.property(fc.oneof(queries, tied), fc.infiniteStream(fc.integer({ min: -3, max: 3 })), (query, stream) => {
      const made = plan(query, dataset);
      fc.pre(made.cells.length <= 150 && made.cells[0]!.key !== "none");
      const weights = made.cells.map(() => stream.next().value as number);
      expect(greatest(made, weights)).toBeCloseTo(greatestOfAll(made, weights), 6);
    }),
    { numRuns: 80 },
  );
});
