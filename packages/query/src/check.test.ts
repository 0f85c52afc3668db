import { expect, test } from "vitest";
import type { Label } from "@tutti/dataset";
import * as fc from "fast-check";
import { check } from "./check.ts";
import { LIMITS } from "./limit.ts";
import { dataset, queries, variables } from "./trial.ts";

const count = { id: "n", count: true };
const asking = (more: object): unknown => ({ dataset: "small@1", measures: [count], ...more });
const where = (condition: unknown): unknown => asking({ where: condition });
const measures = (...some: readonly object[]): unknown => asking({ measures: some });
const girls = { variable: "sex", is: "F" };

/** The problems as `code path`, in order. */
function found(query: unknown, dictionary = dataset): readonly string[] {
  const checked = check(query, dictionary);
  return checked.ok ? [] : checked.problems.map(({ code, path }) => `${code} ${path}`.trim());
}

function nested(depth: number, inside: unknown): unknown {
  return depth === 0 ? inside : { not: nested(depth - 1, inside) };
}

test("what fits passes, with the purpose filled in", () => {
  expect(check(asking({}), dataset)).toEqual({ ok: true, query: { dataset: "small@1", purpose: "", measures: [count] } });
  fc.assert(fc.property(queries, (query) => check(query, dataset).ok));
});

test.each<[string, unknown, readonly string[]]>([
  ["nothing", null, ["shape"]],
  ["a list", [], ["shape"]],
  ["no measures", asking({ measures: [] }), ["shape measures"]],
  ["an unknown key", asking({ limit: 3 }), ["shape"]],
  ["an unknown key in a measure", measures({ ...count, secret: 1 }), ["shape measures[0]"]],
  ["a count that is not asked for", measures({ id: "n", count: false }), ["shape measures[0]"]],
  ["an id with a space", measures({ id: "a b", count: true }), ["shape measures[0].id"]],
  ["an id twice", measures(count, count), ["shape measures"]],
  ["a purpose of two lines", asking({ purpose: "one\ntwo" }), ["shape purpose"]],
  ["three variables in by", asking({ by: ["sex", "anca", "age"] }), ["limit by"]],
  ["a variable twice in by", asking({ by: ["sex", "sex"] }), ["shape by"]],
  ["an unknown comparison, deep inside", where({ all: [girls, { not: { variable: "sex", like: "F" } }] }), ["shape where.all[1].not"]],
  ["an empty list", where({ any: [] }), ["shape where.any"]],
  ["two keys", where({ all: [girls], any: [girls] }), ["shape where"]],
  ["another version", { ...Object(asking({})), dataset: "small@2" }, ["dataset dataset"]],
  ["a variable of nobody", where({ variable: "sexe", known: true }), ["variable where.variable"]],
  ["a name that every object has", where({ variable: "constructor", known: true }), ["variable where.variable"]],
  ["the key", measures({ id: "k", distribution: "patient_id" }), ["variable measures[0].distribution"]],
  ["a repeated table", asking({ by: ["visit"] }), ["variable by[0]"]],
  ["an unknown code", where({ variable: "sex", in: ["F", "X"] }), ["code where.in[1]"]],
  ["a code that is not a text", where({ variable: "sex", is: true }), ["type where.is"]],
  ["yes written as a text", where({ variable: "anca", is: "1" }), ["type where.is"]],
  ["a number by a code", where({ variable: "age", is: "1" }), ["type where.is"]],
  ["a category cut like a number", where({ variable: "sex", below: 1 }), ["type where.below"]],
  ["a number between cut points", where({ not: { variable: "age", atLeast: 1.5 } }), ["cut where.not.atLeast"]],
  ["bands without cut points", asking({ by: ["weight"] }), ["cut by[0]"]],
  ["a distribution without cut points", measures({ id: "w", distribution: "weight" }), ["cut measures[0].distribution"]],
  ["the proportion of a number", measures({ id: "p", proportion: "age" }), ["type measures[0].proportion"]],
  ["the distribution of a yes or no", measures({ id: "d", distribution: "anca" }), ["type measures[0].distribution"]],
  ["the mean of a category", measures({ id: "m", mean: "sex" }), ["type measures[0].mean"]],
  ["quantiles of a yes or no", measures({ id: "q", quantiles: "anca", at: [0.5] }), ["type measures[0].quantiles"]],
  [
    "quantiles of one's choice",
    measures({ id: "q", quantiles: "age", at: [0.5, 0.99, 0, 0.5] }),
    ["quantile measures[0].at[1]", "quantile measures[0].at[2]", "quantile measures[0].at[3]"],
  ],
  ["several at once", asking({ where: { variable: "x", is: true }, by: ["y"] }), ["variable where.variable", "variable by[0]"]],
  ["conditions at the greatest depth", where(nested(LIMITS.depth - 1, girls)), []],
  ["conditions too deep", where(nested(LIMITS.depth, girls)), ["limit where"]],
  ["as many conditions as may be", where({ all: Array.from({ length: LIMITS.conditions - 1 }, () => girls) }), []],
  ["too many conditions", where({ all: Array.from({ length: LIMITS.conditions }, () => girls) }), ["limit where"]],
  ["as many measures as may be", measures(...Array.from({ length: LIMITS.measures }, (_, i) => ({ id: `n${i}`, count: true }))), []],
  [
    "too many measures",
    measures(...Array.from({ length: LIMITS.measures + 1 }, (_, i) => ({ id: `n${i}`, count: true }))),
    ["limit measures"],
  ],
])("%s", (_, query, expected) => {
  expect(found(query)).toEqual(expected);
});

test("a hundred thousand levels are refused like nine", () => {
  let deep: unknown = girls;
  for (let i = 0; i < 100_000; i++) deep = { all: [deep] };
  expect(found(where(deep))).toEqual(["limit where"]);
});

test("a plan that would be too large is refused", () => {
  const sex = variables["sex"]!;
  if (sex.type !== "category") throw new TypeError("sex is a category");
  const wide = { type: "number", label: sex.label, missing: [""], cuts: [], grid: { from: 0, to: 9_000, step: 1 } } as const;
  const many = {
    ...dataset,
    variables: { few: { ...sex, codes: codes(100) }, more: { ...sex, codes: codes(300) }, most: { ...sex, codes: codes(500) }, wide },
  };
  expect(found(asking({ by: ["few"] }), many)).toEqual([]);
  expect(found(asking({ by: ["few", "more"] }), many)).toEqual(["limit"]);
  expect(found(asking({ by: ["few"], measures: [{ id: "d", distribution: "more" }] }), many)).toEqual(["limit"]);
  expect(found(measures({ id: "q", quantiles: "wide", at: [0.5] }), many)).toEqual([]);
  expect(found(asking({ by: ["more"], measures: [{ id: "q", quantiles: "wide", at: [0.5] }] }), many)).toEqual(["limit"]);
  const again = Array.from({ length: LIMITS.measures }, (_, i) => ({ id: `d${i}`, distribution: "most" }));
  expect(found(measures(...again.slice(1)), many)).toEqual([]);
  expect(found(measures(...again), many)).toEqual(["limit"]);
});

test.each([
  [where({ variable: "dyspnoea", known: true }), 'did you mean "dyspnea"?'],
  [where({ variable: "sxe", known: true }), 'did you mean "sex"?'],
  [where({ variable: "sex", is: "f" }), 'did you mean "F"?'],
  [where({ variable: "creatinine", known: true }), "see the dictionary"],
  [where({ variable: "age", below: 2 }), "at 1, 2.5"],
  [measures({ id: "q", quantiles: "age", at: [1 / 3] }), "0.05, 0.1, 0.2, 0.25"],
  [asking({ purpose: 1, x: 1 }), "string"],
])("the message says what to do: %#", (query, words) => {
  const checked = check(query, dataset);
  expect(checked.ok ? "" : checked.problems.map(({ message }) => message).join()).toContain(words);
});

test("anything at all is answered, not thrown at", () => {
  const keys = ["dataset", "where", "by", "measures", "all", "any", "not", "variable", "is", "in", "id", "count", "at", "quantiles"];
  const hostile = fc.object({ key: fc.constantFrom(...keys), maxDepth: 5, withBigInt: true, withNullPrototype: true });
  fc.assert(fc.property(hostile, (thing) => found(asking(thing)).length >= 0 && found(thing).length >= 0));
});

test("a plan of too many cells is refused", () => {
  const names = Array.from({ length: 60 }, (_, i) => `b${i}`);
  const sex = variables["sex"]!;
  if (sex.type !== "category") throw new TypeError("sex is a category");
  const yesNo = Object.fromEntries(names.map((name) => [name, variables["anca"]!]));
  const many = { ...dataset, variables: { ...yesNo, few: { ...sex, codes: codes(120) } } };
  const asked = (n: number) => asking({ by: ["few"], measures: names.slice(0, n).map((name) => ({ id: name, proportion: name })) });
  expect(found(asked(40), many)).toEqual([]);
  const checked = check(asked(60), many);
  expect(checked.ok ? [] : checked.problems).toMatchObject([{ code: "limit", message: expect.stringContaining("number of cells") }]);
});

function codes(n: number): Record<string, Label> {
  return Object.fromEntries(Array.from({ length: n }, (_, i) => [`c${i}`, { en: "x", fr: "x" }]));
}
