import { check, type Input, plan, type Plan, predicateOf } from "@tutti/query";
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
