import { patientsOf, plan } from "@tutti/query";
import { dataset, queries } from "@tutti/query/trial";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Dialect, DUCKDB } from "./dialect.ts";
import { compileMembers } from "./members.ts";

const sex = { variable: "sex", in: ["F"] };
const everybody = { all: [] };

test("the statement gives numbers and the few columns that decide; what all sets share stands in WHERE", () => {
  const cohort = { variable: "anca", in: [true] };
  const sets = [
    { anyOf: [{ all: [cohort, sex] }], upTo: null },
    { anyOf: [{ all: [cohort, { variable: "age", atLeast: 1 }] }, { all: [sex, cohort] }], upTo: null },
    { anyOf: [cohort], upTo: { variable: "weight", index: 1 } },
  ];
  const { text, parameters } = compileMembers(sets, dataset, DUCKDB).statement;
  expect(`${text}\n-- ${parameters.join(", ")}`).toMatchInlineSnapshot(`
    "SELECT "patient number", CASE WHEN "age" < $1 THEN 0 WHEN "age" < $2 THEN 1 WHEN "age" IS NOT NULL THEN 2 END, "sex", "weight"
    FROM "patients"
    WHERE ("anca" IN ($3))
    -- 2, 5, 1"
  `);
});

test("patients are sorted by what their values allow, in pieces and in any order; a number's bits give back its grid index", () => {
  const sets = [
    { anyOf: [sex], upTo: null },
    { anyOf: [everybody], upTo: { variable: "age", index: 4 } },
    { anyOf: [sex, { variable: "age", atLeast: 1 }], upTo: null },
    { anyOf: [], upTo: null },
    ...[0, 1, 2, 3].map((bit) => ({ variable: "age", bit })),
  ];
  const { statement, reader } = compileMembers(sets, dataset, DUCKDB);
  expect(statement.text).toContain(`SELECT "patient number", "age", "sex"`);
  const reading = reader();
  // Numbers, ages as grid indices, sexes: F is 0.
  reading.take([
    [70, 3],
    [5, null],
    [0, 1],
  ]);
  reading.take([[0], [8], [null]]);
  const members = reading.bitmaps().map((bitmap) => [0, 3, 70].filter((number) => ((bitmap[number >>> 5] ?? 0) >>> (number & 31)) & 1));
  expect(members).toEqual([[70], [], [0, 70], [], [70], [], [70], [0]]);
});

test("nobody is in any set where there are no patients, and of many sets none is mixed up with another", () => {
  const sets = Array.from({ length: 100 }, (_, i) => ({ anyOf: [everybody], upTo: { variable: "age", index: i % 9 } }));
  const reading = compileMembers(sets, dataset, DUCKDB).reader();
  expect(reading.bitmaps().every((bitmap) => bitmap.every((word) => word === 0))).toBe(true);
  reading.take([[1], [6]]);
  expect(reading.bitmaps().map(([word]) => word)).toEqual(sets.map(({ upTo }) => (upTo.index >= 6 ? 2 : 0)));
});

test("every placeholder has its parameter, in order", () => {
  const marked: Dialect = { ...DUCKDB, placeholder: (position) => `<${position}>` };
  fc.assert(
    fc.property(queries, (query) => {
      const made = plan(query, dataset);
      const { text, parameters } = compileMembers(
        made.cells.map((_, cell) => patientsOf(made, cell)),
        dataset,
        marked,
      ).statement;
      expect([...text.matchAll(/<(\d+)>/g)].map(([, position]) => Number(position))).toEqual(parameters.map((_, i) => i + 1));
    }),
  );
});

test.each([
  ["a variable of nobody", { anyOf: [{ variable: "x", known: true }], upTo: null }],
  ["up to a place of what has no grid", { anyOf: [everybody], upTo: { variable: "sex", index: 1 } }],
  ["bits of what has no grid", { variable: "anca", bit: 0 }],
])("a set that does not fit is refused: %s", (_, set) => {
  expect(() => compileMembers([set, { anyOf: [everybody], upTo: null }], dataset, DUCKDB)).toThrow(RangeError);
});
