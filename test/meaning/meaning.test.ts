import { check, type Input, patientsOf as patientsIn, type PatientSet, plan, type Plan, predicateOf } from "@tutti/query";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { conditions, dataset as generated, patients, queries } from "@tutti/query/trial";
import { patientsOf } from "./ascii-table.ts";
import { CASES, CHILDREN } from "./cases.ts";
import { contributionText } from "./contribution-text.ts";
import { duckdb, oracle } from "./engine.ts";

const engines = [oracle(CHILDREN), await duckdb(CHILDREN)];
const [naive, compiled] = [oracle(generated), await duckdb(generated)];
afterAll(() => [...engines, naive, compiled].forEach((engine) => engine.close()));

describe.each(engines)("$name", (engine) => {
  test.each(CASES)("$title", async ({ table, query, expected }) => {
    const checked = check({ dataset: "children@1", ...query }, CHILDREN);
    if (!checked.ok) throw new TypeError(checked.problems.map(({ message }) => message).join("\n"));
    const made = plan(checked.query, CHILDREN);
    const contribution = await engine.contribute(made, patientsOf(table, CHILDREN));
    expect(contributionText(made, contribution)).toEqual(
      expected
        .trim()
        .split("\n")
        .map((line) => line.trim().replace(/ +\| +/, " | ")),
    );
  });
});

test("whatever is asked, of whatever patients: every engine contributes what the interpreter does", async () => {
  await fc.assert(
    fc.asyncProperty(queries, patients, async (query, rows) => {
      const made = plan(query, generated);
      expect(await compiled.contribute(made, rows)).toEqual(await naive.contribute(made, rows));
    }),
    { numRuns: 150 },
  );
});

test("so does whatever else a plan may hold: inputs that share nothing, empty alternatives, negations anywhere", async () => {
  const predicate = fc.oneof(conditions.map(predicateOf), fc.constantFrom({ all: [] }, { any: [] }, { not: { any: [] } }));
  const input: fc.Arbitrary<Input> = fc.oneof(
    fc.record({ kind: fc.constant("count"), predicate }),
    fc.record({ kind: fc.constant("histogram"), predicate, variable: fc.constant("age"), points: fc.constant(9) }),
    fc.record({ kind: fc.constant("sum"), predicate, variable: fc.constantFrom("age", "weight"), power: fc.constantFrom(1, 2) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(input, { maxLength: 6 }), patients, async (inputs, rows) => {
      const made: Plan = { dataset: "small@1", inputs, cells: [], relations: [], results: [] };
      expect(await compiled.contribute(made, rows)).toEqual(await naive.contribute(made, rows));
    }),
    { numRuns: 200 },
  );
});

/** The sets of a plan that the guard may ask for: every cell, and every cell up to some points of a grid. */
function setsOf(made: Plan, variable: string, indices: readonly number[]): readonly PatientSet[] {
  return made.cells.flatMap((_, cell) => [patientsIn(made, cell), ...indices.map((index) => patientsIn(made, cell, { variable, index }))]);
}

test.each(CASES)("the same patients are in the sets of: $title", async ({ table, query }) => {
  const checked = check({ dataset: "children@1", ...query }, CHILDREN);
  if (!checked.ok) throw new TypeError(checked.problems.map(({ message }) => message).join("\n"));
  const sets = setsOf(plan(checked.query, CHILDREN), "age", [0, 9, 36]);
  const children = patientsOf(table, CHILDREN);
  const [interpreted, found] = await Promise.all(engines.map((engine) => engine.members(sets, children)));
  expect(found).toEqual(interpreted);
});

test("whatever is asked, of whatever patients: the same are in every set", async () => {
  await fc.assert(
    fc.asyncProperty(queries, patients, fc.nat(8), async (query, rows, index) => {
      const sets = setsOf(plan(query, generated), "age", [index]);
      expect(await compiled.members(sets, rows)).toEqual(await naive.members(sets, rows));
    }),
    { numRuns: 150 },
  );
});

test("so they are in sets of any conditions at all, and of none", async () => {
  const predicate = fc.oneof(conditions.map(predicateOf), fc.constantFrom({ all: [] }, { any: [] }, { not: { any: [] } }));
  const upTo = fc.option(fc.record({ variable: fc.constantFrom("age", "weight"), index: fc.nat(3) }));
  const sets = fc.array(fc.record({ anyOf: fc.array(predicate, { maxLength: 3 }), upTo }), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(sets, patients, async (some, rows) => {
      expect(await compiled.members(some, rows)).toEqual(await naive.members(some, rows));
    }),
    { numRuns: 150 },
  );
});
