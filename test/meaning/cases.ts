import { type Dataset, datasetSchema } from "@tutti/dataset";

const label = { en: "x", fr: "x" };

/** The dictionary of the cases. Ages are on a grid of half years from 0 (index 0) to 18 (index 36). */
export const CHILDREN: Dataset = datasetSchema.parse({
  id: "children",
  version: 1,
  title: label,
  key: "patient_id",
  variables: {
    sex: { type: "category", label, codes: { M: label, F: label } },
    anca: { type: "boolean", label },
    cough: { type: "boolean", label },
    age: { type: "number", label, grid: { from: 0, to: 18, step: 0.5 }, cuts: [2, 5, 10] },
    score: { type: "number", label, grid: { from: -2, to: 2, step: 1 } },
  },
});

/** One meaning: patients, what is asked of them, and what a centre that has them contributes, line by line as `contributionText` writes it. */
export interface Case {
  readonly title: string;
  readonly table: string;
  readonly query: { readonly where?: object; readonly by?: readonly string[]; readonly measures: readonly object[] };
  readonly expected: string;
}

const n = { id: "n", count: true };
const SIX = `
  sex | anca | cough | age  | score
  F   | yes  | no    | 0    | -2
  F   | no   | yes   | 2    | 0
  F   | -    | yes   | 4.5  | 2
  M   | yes  | -     | 5    | -
  M   | -    | -     | 18   | 1
  -   | no   | no    | -    | 1
`;
const anca = (value: boolean): object => ({ variable: "anca", is: value });
const cough = (value: boolean): object => ({ variable: "cough", is: value });

/** Asks only how many they are. */
function howMany(title: string, where: object, count: number): Case {
  return { title, table: SIX, query: { where, measures: [n] }, expected: `n | ${count}` };
}

export const CASES: readonly Case[] = [
  { title: "everybody", table: SIX, query: { measures: [n] }, expected: "n | 6" },
  howMany("is, of a code", { variable: "sex", is: "F" }, 3),
  howMany("is, of yes", anca(true), 2),
  howMany("is, of no: not the ones never tested", anca(false), 2),
  howMany("in, of some codes: not those without", { variable: "sex", in: ["M", "F"] }, 5),
  howMany("in, of yes and no", { variable: "anca", in: [true, false] }, 4),
  howMany("known, of a category", { variable: "sex", known: true }, 5),
  howMany("not known, of a yes or no", { variable: "cough", known: false }, 2),
  howMany("known, of a number", { variable: "age", known: true }, 5),
  howMany("not known, of a number without cut points", { variable: "score", known: false }, 1),
  howMany("atLeast has its own end, and not the missing", { variable: "age", atLeast: 5 }, 2),
  howMany("below has not its end, and not the missing", { variable: "age", below: 5 }, 3),
  howMany("atLeast of the lowest cut point", { variable: "age", atLeast: 2 }, 4),
  howMany("not, of yes: those never tested as well", { not: anca(true) }, 4),
  howMany("not, of below: those without an age as well", { not: { variable: "age", below: 5 } }, 3),
  howMany("not, of in", { not: { variable: "sex", in: ["F"] } }, 3),
  howMany("not, of known", { not: { variable: "anca", known: true } }, 2),
  howMany("not, of not", { not: { not: anca(true) } }, 2),
  howMany("not, of all: one false part is enough", { not: { all: [anca(true), cough(true)] } }, 6),
  howMany("not, of all, where a part is missing", { not: { all: [anca(true), { variable: "age", below: 5 }] } }, 5),
  howMany("not, of any: every part has to be false, missing is false", { not: { any: [anca(true), cough(true)] } }, 2),
  howMany("all", { all: [{ variable: "sex", is: "F" }, cough(true)] }, 2),
  howMany("all, with a missing part", { all: [{ variable: "sex", is: "F" }, anca(false)] }, 1),
  howMany("any", { any: [{ variable: "sex", is: "M" }, anca(true)] }, 3),
  howMany("any, where the other part is missing", { any: [anca(true), cough(true)] }, 4),
  howMany("any of all", { any: [{ all: [anca(true), cough(false)] }, { all: [anca(false), cough(true)] }] }, 2),
  howMany("yes and no at once is nobody", { all: [anca(true), anca(false)] }, 0),
  howMany("yes or not yes is everybody", { any: [anca(true), { not: anca(true) }] }, 6),
  {
    title: "a proportion is of those whose value is known",
    table: SIX,
    query: { measures: [{ id: "anca", proportion: "anca" }] },
    expected: "anca | known 4, yes 2, no 2",
  },
  {
    title: "a distribution of codes, in the order of their text",
    table: SIX,
    query: { measures: [{ id: "sex", distribution: "sex" }] },
    expected: "sex | known 5, F: 3, M: 2",
  },
  {
    title: "bands have their lower end and not their upper one",
    table: SIX,
    query: { measures: [{ id: "age", distribution: "age" }] },
    expected: "age | known 5, <2: 1, 2-<5: 2, 5-<10: 1, >=10: 1",
  },
  {
    title: "a histogram has every value of the grid, both ends too",
    table: SIX,
    query: { measures: [{ id: "age", quantiles: "age", at: [0.5] }] },
    expected: "age | known 5, 0: 1, 2: 1, 4.5: 1, 5: 1, 18: 1",
  },
  {
    title: "a histogram over a grid that begins below zero",
    table: SIX,
    query: { measures: [{ id: "score", quantiles: "score", at: [0.25, 0.75] }] },
    expected: "score | known 5, -2: 1, 0: 1, 1: 2, 2: 1",
  },
  {
    title: "sums are of grid indices: ages 0, 2, 4.5, 5, 18 are 0, 4, 9, 10, 36",
    table: SIX,
    query: { measures: [{ id: "age", mean: "age" }] },
    expected: "age | known 5, sum 59, squares 1493",
  },
  {
    title: "indices count from the grid's foot: scores -2, 0, 2, 1, 1 are 0, 2, 4, 3, 3",
    table: SIX,
    query: { measures: [{ id: "score", mean: "score" }] },
    expected: "score | known 5, sum 12, squares 38",
  },
  {
    title: "several measures of one variable",
    table: SIX,
    query: {
      measures: [
        { id: "bands", distribution: "age" },
        { id: "median", quantiles: "age", at: [0.5] },
        { id: "mean", mean: "age" },
      ],
    },
    expected: `
      bands  | known 5, <2: 1, 2-<5: 2, 5-<10: 1, >=10: 1
      median | known 5, 0: 1, 2: 1, 4.5: 1, 5: 1, 18: 1
      mean   | known 5, sum 59, squares 1493`,
  },
  {
    title: "by a code: everybody has the ones without too",
    table: SIX,
    query: { by: ["sex"], measures: [n, { id: "anca", proportion: "anca" }] },
    expected: `
      n           | 6
      n, sex F    | 3
      n, sex M    | 2
      anca        | known 4, yes 2, no 2
      anca, sex F | known 2, yes 1, no 1
      anca, sex M | known 1, yes 1, no 0`,
  },
  {
    title: "by bands, with a mean and a histogram in each",
    table: SIX,
    query: {
      by: ["age"],
      measures: [
        { id: "mean", mean: "score" },
        { id: "median", quantiles: "score", at: [0.5] },
      ],
    },
    expected: `
      mean              | known 5, sum 12, squares 38
      mean, age <2      | known 1, sum 0, squares 0
      mean, age 2-<5    | known 2, sum 6, squares 20
      mean, age 5-<10   | known 0, sum 0, squares 0
      mean, age >=10    | known 1, sum 3, squares 9
      median            | known 5, -2: 1, 0: 1, 1: 2, 2: 1
      median, age <2    | known 1, -2: 1
      median, age 2-<5  | known 2, 0: 1, 2: 1
      median, age 5-<10 | known 0
      median, age >=10  | known 1, 1: 1`,
  },
  {
    title: "by two variables, of the girls and boys who cough or may cough",
    table: SIX,
    query: { where: { not: cough(false) }, by: ["sex", "anca"], measures: [n] },
    expected: `
      n                    | 4
      n, anca true         | 1
      n, anca false        | 1
      n, sex F             | 2
      n, sex M             | 2
      n, sex F, anca true  | 0
      n, sex F, anca false | 1
      n, sex M, anca true  | 1
      n, sex M, anca false | 0`,
  },
  {
    title: "by what the cohort already fixes: the other stratum is empty",
    table: SIX,
    query: { where: { variable: "sex", is: "F" }, by: ["sex"], measures: [n, { id: "age", mean: "age" }] },
    expected: `
      n          | 3
      n, sex F   | 3
      n, sex M   | 0
      age        | known 3, sum 13, squares 97
      age, sex F | known 3, sum 13, squares 97
      age, sex M | known 0, sum 0, squares 0`,
  },
  {
    title: "the histogram and the mean of the variable that is cut by",
    table: SIX,
    query: {
      where: { variable: "age", atLeast: 2 },
      by: ["age"],
      measures: [
        { id: "median", quantiles: "age", at: [0.5] },
        { id: "mean", mean: "age" },
      ],
    },
    expected: `
      median            | known 4, 2: 1, 4.5: 1, 5: 1, 18: 1
      median, age <2    | known 0
      median, age 2-<5  | known 2, 2: 1, 4.5: 1
      median, age 5-<10 | known 1, 5: 1
      median, age >=10  | known 1, 18: 1
      mean              | known 4, sum 59, squares 1493
      mean, age <2      | known 0, sum 0, squares 0
      mean, age 2-<5    | known 2, sum 13, squares 97
      mean, age 5-<10   | known 1, sum 10, squares 100
      mean, age >=10    | known 1, sum 36, squares 1296`,
  },
  {
    title: "a centre without patients contributes zeros",
    table: "sex | anca",
    query: { by: ["sex"], measures: [n, { id: "age", quantiles: "age", at: [0.5] }, { id: "mean", mean: "age" }] },
    expected: `
      n           | 0
      n, sex F    | 0
      n, sex M    | 0
      age         | known 0
      age, sex F  | known 0
      age, sex M  | known 0
      mean        | known 0, sum 0, squares 0
      mean, sex F | known 0, sum 0, squares 0
      mean, sex M | known 0, sum 0, squares 0`,
  },
  {
    title: "a patient of whom nothing is known is still a patient",
    table: `
      sex | anca | cough | age | score
      -   | -    | -     | -   | -`,
    query: {
      measures: [n, { id: "anca", proportion: "anca" }, { id: "age", distribution: "age" }, { id: "score", quantiles: "score", at: [0.5] }],
    },
    expected: `
      n     | 1
      anca  | known 0, yes 0, no 0
      age   | known 0, <2: 0, 2-<5: 0, 5-<10: 0, >=10: 0
      score | known 0`,
  },
];
