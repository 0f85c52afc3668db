import { decimalsBeyond, type Release } from "@tutti/disclosure";
import { patientsOf, plan, type Plan, quantileOf } from "@tutti/query";
import { includes, type Patient } from "@tutti/sql";
import highs from "highs";
import { sparseRows } from "../disclosure/sparse-rows.ts";
import { shownCells } from "../world/shown-cells.ts";
import { COMPLETE_KINDS, KINDS, SEARCHED } from "./dictionary.ts";
import { everybodyOf, type Place, PLACES, type Scene } from "./scene.ts";
import type { Answered } from "./sequence.ts";

/** Least ≤ Σ weight · (how many patients of each kind and place there are) ≤ most. */
interface Constraint {
  readonly weights: Float64Array;
  readonly least: number;
  readonly most: number;
}

/** Patients of a kind in a place: the attacker's unknowns are how many there are. */
interface Unknown {
  readonly patient: Patient;
  readonly place: Place;
}

/** What the attacker takes to be possible. */
export type Unknowns = readonly Unknown[];

/** Every value may be missing, for all that the attacker knows; or none is, and the attacker knows it. */
export const UNKNOWNS: Readonly<Record<"anything" | "complete", Unknowns>> = {
  anything: PLACES.flatMap((place) => KINDS.map((patient) => ({ patient, place }))),
  complete: PLACES.flatMap((place) => COMPLETE_KINDS.map((patient) => ({ patient, place }))),
};

/** A number that the attacker would like to know: patients like the chosen one in some respects. */
export interface Target {
  readonly name: string;
  readonly weights: Float64Array;
  readonly truth: number;
}

/** What the attacker can work out of a target. */
export interface Recovered extends Target {
  readonly low: number;
  readonly high: number;
}

/** The numbers of patients who are like the chosen one and below k: in all combinations of sex, age, dyspnea and place, with their `anca`. */
export function targetsOf(scene: Scene, unknowns: Unknowns, threshold: number): readonly Target[] {
  const respects = ["sex", "age", "dyspnea", "place"] as const;
  const everybody = everybodyOf(scene);
  return Array.from({ length: 2 ** respects.length }, (_, bits) => respects.filter((__, i) => (bits >> i) % 2 === 1)).flatMap((same) => {
    const like = ({ patient, place }: Unknown): boolean =>
      patient["anca"] === scene.chosen["anca"] &&
      same.every((respect) => (respect === "place" ? place === scene.chosenPlace : patient[respect] === scene.chosen[respect]));
    const truth = everybody.filter(like).length;
    const weights = Float64Array.from(unknowns, (unknown) => Number(like(unknown)));
    return truth < threshold ? [{ name: ["anca", ...same].join(" "), weights, truth }] : [];
  });
}

/** Everything that releases say about how many patients there are of each kind: counts, ranks, sums and sums of squares. */
export function constraintsOf(answers: readonly Answered[], unknowns: Unknowns): readonly Constraint[] {
  const all = answers.flatMap(({ step, release }) => {
    if (release.asOf !== undefined) return [];
    const planned = plan(step.query, SEARCHED);
    const isThere = ({ place }: Unknown): boolean => place === "elsewhere" || (!step.withoutHome && (place === "home" || step.changed));
    const within = (cell: number): Float64Array => {
      const set = patientsOf(planned, cell);
      return Float64Array.from(unknowns, (unknown) => Number(isThere(unknown) && includes(set, unknown.patient, SEARCHED)));
    };
    return [...countsIn(planned, release, within), ...numbersIn(planned, release, within, unknowns)];
  });
  const unique = new Map(all.map((constraint) => [`${constraint.weights.join()} ${constraint.least} ${constraint.most}`, constraint]));
  return [...unique.values()];
}

function countsIn(planned: Plan, release: Release, within: (cell: number) => Float64Array): readonly Constraint[] {
  return [...shownCells(planned, release)].map(([cell, value]) => ({ weights: within(cell), least: value, most: value }));
}

function numbersIn(planned: Plan, release: Release, within: (cell: number) => Float64Array, unknowns: Unknowns): readonly Constraint[] {
  return planned.results.flatMap((result, i): Constraint[] => {
    const row = release.results[i]!;
    if (result.kind === "mean" && "mean" in row && row.mean !== null && row.known !== null) {
      const cohort = within(result.known);
      const power = (degree: number): Float64Array => cohort.map((inside, u) => inside * Number(unknowns[u]!.patient["age"]) ** degree);
      const n = row.known;
      // All ages lie on a coarse grid of whole numbers, which a mean and a deviation are rounded to.
      const half = 0.5 / 10 ** decimalsBeyond(result.grid, { n, sum: 0n, squares: null }, release.policy);
      const [least, most] = [n * (row.mean - half), n * (row.mean + half)];
      const sum = { weights: power(1), least: Math.ceil(least - 1e-6), most: Math.floor(most + 1e-6) };
      if (row.sd === null) return [sum];
      const squares = (sd: number, total: number): number => sd ** 2 * (n - 1) + total ** 2 / n;
      const low = Math.max(0, row.sd - half);
      return [
        sum,
        {
          weights: power(2),
          least: Math.ceil(squares(low, Math.max(0, least)) - 1e-6),
          most: Math.floor(squares(row.sd + half, most) + 1e-6),
        },
      ];
    }
    if (result.kind !== "quantiles" || !("quantiles" in row) || row.known === null) return [];
    const n = row.known;
    const cohort = within(result.known);
    const upTo = (value: number): Float64Array => cohort.map((inside, u) => inside * Number(Number(unknowns[u]!.patient["age"]) <= value));
    return Object.entries(row.quantiles).flatMap(([text, value]): Constraint[] => {
      if (value === null) return [];
      const { numerator, denominator } = quantileOf(Number(text))!;
      const low = Math.ceil((n * numerator) / denominator);
      const high = Math.floor((n * numerator) / denominator) + 1;
      return [
        { weights: upTo(Math.floor(value)), least: low, most: n },
        { weights: upTo(Math.ceil(value) - 1), least: 0, most: high - 1 },
      ];
    });
  });
}

// The package's types describe its CommonJS form, where the function is a member.
const solver = await (highs as unknown as typeof highs.default)();
/** HiGHS' status of a model that it solved. */
const OPTIMAL = 7;
const CEILING = 1_000;

/**
 * The least and the greatest that each target can be in any network with these answers: by linear programming, rounded to whole
 * numbers. No number is negative; the attacker knows nothing else.
 */
export function recoveredFrom(constraints: readonly Constraint[], targets: readonly Target[]): readonly Recovered[] {
  if (constraints.length === 0) return targets.map((target) => ({ ...target, low: 0, high: CEILING }));
  const columns = distinctColumns([...constraints, ...targets]);
  const numCols = columns.length;
  const weightsOf = ({ weights }: { readonly weights: Float64Array }): readonly number[] => columns.map((u) => weights[u]!);
  const rows = constraints.map(weightsOf);
  const used = rows.map((row) => [...row.entries()].filter(([, weight]) => weight !== 0));
  return solver.withModel((model) => {
    model.options.set({ output_flag: false, random_seed: 1 });
    model.passModel({
      numCols,
      numRows: rows.length,
      colCost: columns.map(() => 0),
      colLower: columns.map(() => 0),
      colUpper: columns.map(() => CEILING),
      rowLower: constraints.map(({ least }) => least),
      rowUpper: constraints.map(({ most }) => most),
      matrix: sparseRows(used, numCols),
    });
    const extreme = (weights: readonly number[], sign: 1 | -1): number => {
      weights.forEach((weight, column) => weight !== 0 && model.changeColCost(column, sign));
      model.run();
      if (model.getModelStatus() !== OPTIMAL) throw new Error("no network has these answers: the attacker misread a release");
      const found = model.getSolution().colValue.reduce((sum, value, column) => sum + value * weights[column]!, 0);
      weights.forEach((weight, column) => weight !== 0 && model.changeColCost(column, 0));
      return sign === 1 ? Math.ceil(found - 1e-6) : Math.floor(found + 1e-6);
    };
    return targets.map((target) => {
      const weights = weightsOf(target);
      return { ...target, low: extreme(weights, 1), high: extreme(weights, -1) };
    });
  });
}

/** One unknown of all those that no constraint and no target tells apart: only how many they are together matters. */
function distinctColumns(rows: readonly { readonly weights: Float64Array }[]): readonly number[] {
  const first = new Map<string, number>();
  for (const u of rows[0]!.weights.keys()) {
    const column = rows.map(({ weights }) => weights[u]).join();
    if (!first.has(column)) first.set(column, u);
  }
  return [...first.values()];
}
