import { z } from "zod";

/** The values that a number may take: `from`, `from + step`, … `to`, in the variable's unit. */
export type Grid = { from: number; to: number; step: number };

/** The largest number of points of a grid. */
export const MAX_GRID_POINTS = 10_000;

/** The most decimals that a grid's values may have; with the safe-integer check below, every value of a grid is exact. */
const MAX_DECIMALS = 9;

/** A grid counted in whole units of 10^-decimals, so that every value of it is exact. */
export interface ExactGrid {
  /** How many values the grid has; they are numbered 0 … points − 1. */
  readonly points: number;
  /** Decimals that its values are written with. */
  readonly decimals: number;
  /** `from` and `step`, in units of 10^-decimals. */
  readonly fromUnits: number;
  readonly stepUnits: number;
  /** The value at an index. A half index is the middle of its neighbours. */
  valueAt(index: number): number;
  /** The index of a value, or null when it is not on the grid. */
  indexOf(value: number): number | null;
}

export const gridSchema: z.ZodType<Grid> = z
  .strictObject({ from: z.number(), to: z.number(), step: z.number().positive() })
  .superRefine((grid, context) => {
    const say = (message: string) => context.addIssue({ code: "custom", message });
    if (!(grid.to > grid.from)) return say("a grid rises: to must be above from");
    if ((grid.to - grid.from) / grid.step > MAX_GRID_POINTS - 1) return say(`a grid has at most ${MAX_GRID_POINTS} points`);
    const { points, decimals, valueAt } = gridOf(grid);
    if (decimals > MAX_DECIMALS) return say(`from, to and step have at most ${MAX_DECIMALS} decimals`);
    if (Math.max(Math.abs(grid.from), Math.abs(grid.to)) * 10 ** decimals > Number.MAX_SAFE_INTEGER)
      return say("the grid has more digits than can be counted exactly: use a coarser step or smaller bounds");
    if (valueAt(points - 1) !== grid.to) say("to must be a whole number of steps above from");
  });

/** Reads a grid in exact decimal units. */
export function gridOf(grid: Grid): ExactGrid {
  const decimals = Math.max(decimalsOf(grid.from), decimalsOf(grid.to), decimalsOf(grid.step));
  const scale = 10 ** decimals;
  const fromUnits = Math.round(grid.from * scale);
  const stepUnits = Math.round(grid.step * scale);
  const points = Math.floor((Math.round(grid.to * scale) - fromUnits) / stepUnits) + 1;
  return {
    points,
    decimals,
    fromUnits,
    stepUnits,
    valueAt: (index) => (fromUnits + stepUnits * index) / scale,
    indexOf: (value) => {
      const units = value * scale;
      const whole = Math.round(units);
      if (!Number.isFinite(value) || Math.abs(units - whole) > 1e-6) return null;
      const index = (whole - fromUnits) / stepUnits;
      return Number.isInteger(index) && index >= 0 && index < points ? index : null;
    },
  };
}

function decimalsOf(value: number): number {
  const [mantissa = "", exponent = "0"] = String(value).toLowerCase().split("e");
  return Math.max(0, (mantissa.split(".")[1] ?? "").length - Number(exponent));
}
