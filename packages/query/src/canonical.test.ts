import { expect, test } from "vitest";
import * as fc from "fast-check";
import { canonical } from "./canonical.ts";
import { predicateOf } from "./cohort.ts";
import { LimitError } from "./limit.ts";
import type { Predicate } from "./predicate.ts";
import { conditions, dataset, everyPatient, holds, variables } from "./trial.ts";

const predicates = conditions.map(predicateOf);
const text = (predicate: Predicate): string => canonical(predicate, dataset);
const truth = (predicate: Predicate): string => everyPatient.map((patient) => (holds(predicate, patient) ? "1" : "0")).join("");

test("two predicates have one text exactly when they hold for the same patients", () => {
  fc.assert(
    fc.property(predicates, predicates, (p, q) => {
      expect(text(p) === text(q)).toBe(truth(p) === truth(q));
    }),
    { numRuns: 300 },
  );
});

test("random rewritings keep the text", () => {
  fc.assert(
    fc.property(predicates, predicates, predicates, (p, q, r) => {
      expect(text({ not: { not: p } })).toBe(text(p));
      expect(text({ not: { all: [p, q] } })).toBe(text({ any: [{ not: p }, { not: q }] }));
      expect(text({ not: { any: [p, q] } })).toBe(text({ all: [{ not: p }, { not: q }] }));
      expect(text({ all: [p, { any: [q, r] }] })).toBe(text({ any: [{ all: [p, q] }, { all: [p, r] }] }));
      expect(text({ any: [p, { all: [q, r] }] })).toBe(text({ all: [{ any: [p, q] }, { any: [p, r] }] }));
      expect(text({ all: [p, { not: p }] })).toBe("none");
      expect(text({ any: [p, { not: p }] })).toBe("all");
    }),
  );
});

test.each<[string, Predicate, string]>([
  ["nothing asked", { all: [] }, "all"],
  ["no alternative", { any: [] }, "none"],
  ["codes are quoted and sorted", { variable: "sex", in: ["M", "F"] }, 'sex("F","M")'],
  ["not is plain negation", { not: { variable: "dyspnea", in: [true] } }, "dyspnea(false,?)"],
  ["bands", { variable: "age", atLeast: 1 }, "age(1-<2.5,>=2.5)"],
  ["below leaves out the missing", { variable: "age", below: 2.5 }, "age(<1,1-<2.5)"],
  ["no cut points, no bands", { variable: "weight", known: true }, "weight(known)"],
  [
    "variables stand in the order of their names",
    {
      all: [
        { variable: "sex", in: ["F"] },
        { variable: "age", below: 1 },
      ],
    },
    'age(<1:sex("F"))',
  ],
  [
    "a node met again is named by its number",
    {
      any: [
        {
          all: [
            { variable: "age", below: 1 },
            { variable: "anca", in: [true] },
            { variable: "sex", in: ["F"] },
          ],
        },
        {
          all: [
            { variable: "age", atLeast: 1 },
            { variable: "anca", in: [false] },
            { variable: "sex", in: ["F"] },
          ],
        },
      ],
    },
    'age(<1:anca(true:sex("F"));1-<2.5,>=2.5:anca(false:#2))',
  ],
])("%s", (_, predicate, expected) => {
  expect(text(predicate)).toBe(expected);
});

test("the order of a dictionary's keys does not matter", () => {
  const reversed = Object.fromEntries(Object.entries(variables).toReversed());
  const sex = variables["sex"]!;
  if (sex.type !== "category") throw new TypeError("sex is a category");
  const other = {
    ...dataset,
    variables: { ...reversed, sex: { ...sex, codes: Object.fromEntries(Object.entries(sex.codes).toReversed()) } },
  };
  fc.assert(fc.property(predicates, (p) => canonical(p, other) === text(p)));
});

test("a predicate too entangled to compare is refused, and a long plain one is not", () => {
  const pairs = 20;
  const many = {
    ...dataset,
    variables: Object.fromEntries(Array.from({ length: 2 * pairs }, (_, i) => [`v${100 + i}`, variables["anca"]!])),
  };
  const apart: Predicate = { all: Array.from({ length: pairs }, (_, i) => either(i, i + pairs)) };
  const beside: Predicate = { all: Array.from({ length: pairs }, (_, i) => either(2 * i, 2 * i + 1)) };
  expect(() => canonical(apart, many)).toThrow(LimitError);
  expect(canonical(beside, many)).toContain("#");
});

function either(one: number, other: number): Predicate {
  return { any: [one, other].map((i) => ({ variable: `v${100 + i}`, in: [true] })) };
}
