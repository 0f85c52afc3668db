import { type EarlierRelease, patientsTold, quantileRows } from "@tutti/disclosure";
import type { Plan } from "@tutti/query";
import {
  type Demand,
  demandOf,
  masksAhead,
  masksDemand,
  type Powers,
  powersDemand,
  ranksByPowersDemand,
  ranksDemand,
} from "@tutti/sharing";

/** Powers of cumulative counts that are made ahead at most: they tell all ranks of up to twice as many patients. */
const MOST_POWERS = 16;
/** Those that are made beside the verdicts, in as many exchanges; the rest are made beside the reveal. */
export const FIRST_POWERS = 8;

/** Grid points, masks, and patients for comparisons, that are made ready ahead, at most; what is missing is dealt when it is needed, at the cost of exchanges. */
const AHEAD = { points: 2_000, masks: 400, patients: 1_023 } as const;

/**
 * What is made ready before it is known which order statistics will be looked for, and among how many patients: powers for a small network, masks and
 * comparisons for a large one. Which it is, the newest earlier releases tell; a wrong guess costs exchanges, and nothing else.
 */
export interface Readiness {
  /** The highest power of cumulative counts; 0 where none are made. */
  readonly powers: number;
  readonly masks: number;
  readonly demand: Demand;
}

/** What is made ready for a plan; every participant works out the same. */
export function readiness(plan: Plan, earlier: readonly EarlierRelease[]): Readiness {
  const rows = quantileRows(plan);
  const points = rows.reduce((sum, { grid }) => sum + grid.points, 0);
  const patients = patientsTold(earlier);
  if (points > 0 && points <= AHEAD.points && patients <= 2 * MOST_POWERS) {
    // One more than the median of so many takes: there may be a few more by now.
    const powers = patients === 0 ? MOST_POWERS : Math.min(Math.ceil(patients / 2) + 1, MOST_POWERS);
    // Two ranks a quantile: it may lie between two values.
    const searches = rows.map(({ grid, at }) => ranksByPowersDemand(grid.points, 2 * at.length));
    return { powers, masks: 0, demand: demandOf(powersDemand(powers, points), ...searches) };
  }
  const wanted = rows.reduce((sum, { grid, at }) => sum + masksAhead(grid.points, at.length), 0);
  if (wanted > AHEAD.masks) return { powers: 0, masks: AHEAD.masks, demand: masksDemand(AHEAD.masks) };
  const compared = rows.map(({ grid, at }) => ranksDemand(grid.points, at.length, AHEAD.patients));
  return { powers: 0, masks: wanted, demand: demandOf(masksDemand(wanted), ...compared) };
}

/** The powers of each row's cumulative counts, by its index among the results, from those of all rows of quantiles one after the other. */
export function powersOf(plan: Plan, powers: Powers): ReadonlyMap<number, Powers> {
  let at = 0;
  return new Map(
    plan.results.flatMap((result, i): [number, Powers][] => {
      if (result.kind !== "quantiles") return [];
      const from = at;
      at += result.grid.points;
      return [[i, powers.map((power) => power.subarray(from, at))]];
    }),
  );
}
