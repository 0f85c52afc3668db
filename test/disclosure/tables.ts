import type { Dataset, Label } from "@tutti/dataset";
import { layout, plan, type Plan, type Query } from "@tutti/query";
import { interpret, type Patient } from "@tutti/sql";

const label: Label = { en: "x", fr: "x" };
const codes = (names: string): Readonly<Record<string, Label>> => Object.fromEntries([...names].map((name) => [name, label]));
const described = { label, missing: [""] };

/** Few variables, many shapes. */
export const TABLES: Dataset = {
  id: "tables",
  version: 1,
  title: label,
  key: "patient_id",
  variables: {
    sex: { type: "category", ...described, codes: codes("FM") },
    outcome: { type: "category", ...described, codes: codes("abcd") },
    region: { type: "category", ...described, codes: codes("ABCDEFGHIJKLMNOPQRST") },
    stage: { type: "category", ...described, codes: codes("0123456789") },
    dyspnea: { type: "boolean", ...described, true: ["1"], false: ["0"] },
    anca: { type: "boolean", ...described, recorded: "sensitive", true: ["1"], false: ["0"] },
    age: { type: "number", ...described, grid: { from: 0, to: 18, step: 1 }, cuts: [2, 5, 10, 14] },
  },
};

/** A sequence of numbers in [0, 1) from a seed (mulberry32). */
export function drawsOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** So many patients: skewed towards the first values, some of them not recorded. */
export function patientsOf(seed: number, size: number): readonly Patient[] {
  const draw = drawsOf(seed);
  const skew = 1 + 2 * draw();
  const missing = draw() < 0.3 ? 0 : 0.25 * draw();
  const one = <T>(values: readonly T[]): T | null => (draw() < missing ? null : values[Math.floor(draw() ** skew * values.length)]!);
  const coded = Object.entries(TABLES.variables).flatMap(([name, variable]) =>
    variable.type === "category" ? [[name, Object.keys(variable.codes)] as const] : [],
  );
  return Array.from({ length: size }, () => ({
    ...Object.fromEntries(coded.map(([name, values]) => [name, one(values)])),
    dyspnea: one([true, false]),
    anca: one([false, true]),
    age: one(Array.from({ length: 19 }, (_, age) => age)),
  }));
}

type Asked = Omit<Query, "dataset" | "purpose">;

export const planned = (query: Asked): Plan => plan({ dataset: "tables@1", purpose: "", ...query }, TABLES);

/** The pooled number of every cell. */
export function countsOf(made: Plan, patients: readonly Patient[], dataset: Dataset = TABLES): readonly number[] {
  const { counts } = interpret(made, dataset, patients);
  const { offsets } = layout(made);
  const terms = made.inputs.map((input, i) => {
    const length = input.kind === "histogram" ? input.points : 1;
    return counts.subarray(offsets[i]!, offsets[i]! + length).reduce((sum, n) => sum + n, 0);
  });
  return made.cells.map((cell) => cell.terms.reduce((sum, term) => sum + terms[term]!, 0));
}

const count = { id: "n", count: true } as const;
const dyspnea = { id: "dyspnea", proportion: "dyspnea" } as const;
const anca = { id: "anca", proportion: "anca" } as const;
const ages = { id: "ages", distribution: "age" } as const;
const outcome = { id: "outcome", distribution: "outcome" } as const;
const under = (cut: number): NonNullable<Asked["where"]> => ({ variable: "age", below: cut });

/** What is asked, by the shape of its tables; where there are several, one after the other. */
export const SHAPES: Readonly<Record<string, readonly Asked[]>> = {
  "one-way": [{ measures: [count, outcome, dyspnea, anca] }],
  "two-way with margins": [{ by: ["outcome"], measures: [count, ages] }],
  "by two variables": [{ by: ["sex", "outcome"], measures: [count] }],
  "proportions by one variable": [{ by: ["sex"], measures: [count, dyspnea, anca] }],
  "many measures by one variable": [{ by: ["sex"], measures: [dyspnea, anca, outcome] }],
  "proportions by two variables": [{ by: ["sex", "outcome"], measures: [dyspnea] }],
  "a distribution by two variables": [{ by: ["sex", "dyspnea"], measures: [outcome] }],
  "nested age bands": [
    { measures: [ages] },
    { where: under(10), measures: [ages, dyspnea] },
    { where: under(5), by: ["sex"], measures: [count] },
  ],
  "one measure in two shapes": [
    { by: ["sex"], measures: [dyspnea] },
    { by: ["dyspnea"], measures: [{ id: "sex", distribution: "sex" }] },
    { where: { variable: "sex", is: "M" }, measures: [dyspnea, ages] },
  ],
};
