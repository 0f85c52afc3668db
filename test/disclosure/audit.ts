import type { SuppressionSystem } from "@tutti/disclosure";
import highs from "highs";
import { sparseRows } from "./sparse-rows.ts";

/** What a reader can work out of one cell. */
export interface Interval {
  readonly cell: number;
  readonly low: number;
  readonly high: number;
}

/** Larger than any number in the tests' tables: where nothing bounds a cell, this does. */
const CEILING = 10_000;

// The package's types describe its CommonJS form, where the function is a member.
const solver = await (highs as unknown as typeof highs.default)();

/**
 * The audit: what a reader who knows what adds up to what, and every opened number, can work out of the others. The least and the greatest
 * that each can be, by integer programming (a solution of the linear relaxation in whole numbers will do); no cell is negative. Nothing
 * here is shared with what decides the pattern.
 *
 * @param opened by cell
 * @param cells those asked about
 * @param bounds what the reader knows besides; for each cell, the least and the greatest
 */
export function audit(
  { cells: all, relations }: Pick<SuppressionSystem, "cells" | "relations">,
  opened: ReadonlyMap<number, number>,
  cells: readonly number[],
  bounds: (cell: number) => readonly [low: number, high: number] = () => [0, CEILING],
): readonly Interval[] {
  const numCols = all.length;
  const limits = all.map((_, cell) => {
    const value = opened.get(cell);
    return value === undefined ? bounds(cell) : ([value, value] as const);
  });
  const rows = relations.map(({ total, parts }) => [[total, 1] as const, ...parts.map((part) => [part, -1] as const)]);
  const zeros = rows.map(() => 0);
  return solver.withModel((model) => {
    model.options.set({ output_flag: false, random_seed: 1 });
    model.passModel({
      numCols,
      numRows: rows.length,
      colCost: limits.map(() => 0),
      colLower: limits.map(([low]) => low),
      colUpper: limits.map(([, high]) => high),
      rowLower: zeros,
      rowUpper: zeros,
      matrix: sparseRows(rows, numCols),
    });
    const everyCell = { kind: "range", from: 0, to: numCols - 1 } as const;
    const solve = (): Float64Array => {
      model.run();
      if (model.getModelStatus() !== OPTIMAL) throw new Error("the audit found no table with these numbers: they do not add up");
      return model.getSolution().colValue;
    };
    const integral = (): Float64Array => {
      model.changeColsIntegrality(everyCell, new Int32Array(numCols).fill(1));
      const values = solve();
      model.changeColsIntegrality(everyCell, new Int32Array(numCols));
      return values;
    };
    const extreme = (cell: number, sign: 1 | -1): number => {
      model.changeColCost(cell, sign);
      const relaxed = solve();
      const values = relaxed.every((value) => Math.abs(value - Math.round(value)) < 1e-6) ? relaxed : integral();
      model.changeColCost(cell, 0);
      return Math.round(values[cell]!);
    };
    return cells.map((cell) => ({ cell, low: extreme(cell, 1), high: extreme(cell, -1) }));
  });
}

/** HiGHS' status of a model that it solved. */
const OPTIMAL = 7;
