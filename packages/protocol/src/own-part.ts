import { guardedCells, type Policy, Totals } from "@tutti/disclosure";
import { difference } from "@tutti/field";
import { layout, type Plan } from "@tutti/query";
import {
  type Demand,
  demandOf,
  type Protocol,
  type Scheme,
  smallness,
  smallnessDemand,
  type SmallValues,
  type Supply,
} from "@tutti/sharing";

/** What a centre must not be left with when it takes its own patients off a number: 1 … k − 1. */
function leftValues({ threshold }: Policy): SmallValues {
  return { from: 1, to: threshold - 1 };
}

/**
 * Tests each number that may open against the centres' own knowledge: which cells, less the patients of some one contributor, would be a small
 * number. Nothing is tested where the policy does not ask for it.
 *
 * @param own shares of each contributor's own counts
 * @returns by cell
 */
export function* leftOvers(
  scheme: Scheme,
  plan: Plan,
  policy: Policy,
  totals: Totals,
  own: readonly Uint32Array[],
  supply: Supply,
): Protocol<readonly boolean[]> {
  const hides = plan.cells.map(() => false);
  if (policy.ownPart === undefined) return hides;
  const cells = guardedCells(plan);
  const pooled = totals.cells(cells);
  const nothing = new BigUint64Array(layout(plan).wide);
  const rests = new Uint32Array(own.length * cells.length);
  own.forEach((counts, i) => rests.set(difference(pooled, new Totals(plan, counts, nothing).cells(cells)), i * cells.length));
  const verdicts = yield* smallness(scheme, rests, leftValues(policy), supply);
  verdicts.forEach((small, i) => small && (hides[cells[i % cells.length]!] = true));
  return hides;
}

/** What `leftOvers` uses at most. */
export function leftOversDemand(plan: Plan, policy: Policy, contributors: number): Demand {
  if (policy.ownPart === undefined) return demandOf();
  return smallnessDemand(leftValues(policy), contributors * guardedCells(plan).length);
}
