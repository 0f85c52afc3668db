import { IPH } from "@tutti/dataset";
import { check, plan, type Plan, type Query } from "@tutti/query";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { dataset, queries } from "@tutti/query/trial";
import { compile } from "./compile.ts";
import { type Dialect, DUCKDB } from "./dialect.ts";

const planned = (query: Omit<Query, "dataset" | "purpose">): Plan => {
  const checked = check({ dataset: "small@1", ...query }, dataset);
  if (!checked.ok) throw new TypeError(checked.problems.map(({ message }) => message).join());
  return plan(checked.query, dataset);
};
const sqlOf = (made: Plan): string =>
  compile(made, dataset, DUCKDB)
    .statements.map(({ text, parameters }) => `${text}\n-- ${parameters.join(", ")}`)
    .join("\n\n");

test("columns of few values are counted together, a histogram alone", () => {
  const query: Query = {
    dataset: "iph@1",
    purpose: "",
    measures: [
      { id: "n", count: true },
      { id: "sex", distribution: "sex" },
      { id: "anca", proportion: "anca" },
      { id: "dyspnea", proportion: "dyspnea" },
      { id: "age", quantiles: "age_dx", at: [0.5] },
    ],
  };
  const { statements } = compile(plan(query, IPH), IPH, DUCKDB);
  expect(statements.map(({ text }) => text).join(";\n\n")).toMatchInlineSnapshot(`
    "SELECT "sex", "anca", "dyspnea", COUNT(*)
    FROM "patients"
    GROUP BY 1, 2, 3;

    SELECT "age_dx", COUNT(*)
    FROM "patients"
    GROUP BY 1"
  `);
});

test("the cohort stands in WHERE, two-valued; strata, bands and sums", () => {
  const made = planned({
    where: {
      all: [
        { variable: "sex", in: ["F", "M"] },
        {
          not: {
            any: [
              { variable: "anca", is: true },
              { variable: "age", below: 1 },
            ],
          },
        },
        { any: [{ variable: "weight", known: true }, { not: { variable: "dyspnea", known: false } }] },
      ],
    },
    by: ["age"],
    measures: [{ id: "weight", mean: "weight" }],
  });
  expect(sqlOf(made)).toMatchInlineSnapshot(`
    "SELECT CASE WHEN "age" < $1 THEN 0 WHEN "age" < $2 THEN 1 WHEN "age" IS NOT NULL THEN 2 END, CASE WHEN "weight" IS NOT NULL THEN 0 END, COUNT(*), CAST(SUM(CAST("weight" AS BIGINT)) AS BIGINT), CAST(SUM(CAST("weight" AS BIGINT) * CAST("weight" AS BIGINT)) AS BIGINT)
    FROM "patients"
    WHERE ("sex" IN ($3, $4)) AND ((("anca" IN ($5)) OR ("age" < $6)) IS NOT TRUE) AND (("weight" IS NOT NULL) OR (("dyspnea" IS NULL) IS NOT TRUE))
    GROUP BY 1, 2
    -- 2, 5, 0, 1, 1, 2"
  `);
});

test("a condition on several variables that not all inputs share is counted as a feature of its own", () => {
  const made: Plan = {
    ...planned({ measures: [{ id: "n", count: true }] }),
    inputs: [
      { kind: "count", predicate: { variable: "sex", in: ["F"] } },
      {
        kind: "count",
        predicate: {
          any: [
            { variable: "sex", in: ["M"] },
            { variable: "age", atLeast: 2.5 },
          ],
        },
      },
    ],
  };
  expect(sqlOf(made)).toMatchInlineSnapshot(`
    "SELECT "sex", CASE WHEN ("sex" IN ($1)) OR ("age" >= $2) THEN 1 ELSE 0 END, COUNT(*)
    FROM "patients"
    GROUP BY 1, 2
    -- 1, 5"
  `);
});

function someAsked(sex: string, anca: boolean, cut: number): readonly string[] {
  const made = planned({
    where: { any: [{ variable: "sex", is: sex }, { variable: "anca", is: anca }, { not: { variable: "age", atLeast: cut } }] },
    measures: [{ id: "n", count: true }],
  });
  return compile(made, dataset, DUCKDB).statements.map(({ text }) => text);
}

test("nothing of a query is in the text: the same question about other codes and cut points is the same text", () => {
  expect(someAsked("F", true, 1)).toEqual(someAsked("M", false, 2.5));
});

test("every placeholder has its parameter, in order, and every parameter its placeholder", () => {
  const marked: Dialect = { ...DUCKDB, placeholder: (position) => `<${position}>` };
  fc.assert(
    fc.property(queries, (query) => {
      for (const { text, parameters } of compile(plan(query, dataset), dataset, marked).statements) {
        const positions = [...text.matchAll(/<(\d+)>/g)].map(([, position]) => Number(position));
        expect(positions).toEqual(parameters.map((_, i) => i + 1));
        expect(parameters.every((parameter) => Number.isInteger(parameter) && parameter >= 0)).toBe(true);
      }
    }),
  );
});

test("no answers of any centre make numbers where there are no patients", () => {
  fc.assert(
    fc.property(queries, (query) => {
      const { statements, read } = compile(plan(query, dataset), dataset, DUCKDB);
      const { counts, sums } = read(statements.map(() => []));
      expect([...counts].every((count) => count === 0) && [...sums].every((sum) => sum === 0n)).toBe(true);
    }),
  );
});

test.each<[string, Plan["inputs"][number]]>([
  ["a variable of nobody", { kind: "count", predicate: { variable: "x", known: true } }],
  ["a variable of a repeated table", { kind: "count", predicate: { variable: "visit", known: true } }],
  ["a code of nobody", { kind: "count", predicate: { variable: "sex", in: ["X"] } }],
  ["a place between the cut points", { kind: "count", predicate: { variable: "age", below: 1.75 } }],
  ["the key", { kind: "sum", predicate: { all: [] }, variable: "patient_id", power: 1 }],
])("a plan that does not fit is refused: %s", (_, input) => {
  const inputs = [input, { kind: "count", predicate: { all: [] } }] as const;
  expect(() => compile({ ...planned({ measures: [{ id: "n", count: true }] }), inputs }, dataset, DUCKDB)).toThrow(RangeError);
});
