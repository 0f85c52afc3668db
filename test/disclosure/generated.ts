import { DEFAULT_POLICY, type Earlier, pattern, type Policy, type SuppressionSystem, systemOf } from "@tutti/disclosure";
import type { Plan } from "@tutti/query";
import { countsOf, drawsOf, patientsOf, planned, SHAPES } from "./tables.ts";

/** A system that was decided, with the truth behind it. */
export interface Case {
  readonly name: string;
  readonly policy: Policy;
  readonly system: SuppressionSystem;
  /** The number of patients of each cell. */
  readonly values: readonly number[];
  readonly hidden: readonly boolean[];
  readonly optimal: boolean;
  /** Cells that the rule does not prove to be protected. */
  readonly exposed: readonly number[];
}

const SIZES = [15, 25, 40, 80, 200, 600];

/** Tables of every shape with random patients, few and many. */
export function casesOf(seeds: number, policy: Policy = DEFAULT_POLICY): readonly Case[] {
  return Array.from({ length: seeds }, (_, i) => i + 1).flatMap((seed) =>
    Object.entries(SHAPES).flatMap(([shape, asked]) => {
      const patients = patientsOf(seed, SIZES[Math.floor(drawsOf(seed)() * SIZES.length)]!);
      const decided = decide(asked.map(planned), (plan) => countsOf(plan, patients), policy);
      return decided.map((one, i) => ({ ...one, name: `${shape}, seed ${seed}, ${i}` }));
    }),
  );
}

/** Plans decided one after the other, each with what came before it. */
export function decide(plans: readonly Plan[], countsIn: (plan: Plan) => readonly number[], policy: Policy): readonly Omit<Case, "name">[] {
  const earlier: Earlier[] = [];
  const truth = new Map<string, number>();
  return plans.map((plan) => {
    const counts = countsIn(plan);
    plan.cells.forEach(({ key }, cell) => truth.set(key, counts[cell]!));
    const small = counts.map((n) => n < policy.threshold && (n > 0 || policy.zeros === "hide"));
    const system = systemOf(plan, policy, small, earlier);
    const decided = pattern(system);
    earlier.push({ plan, policy, small, standing: plan.cells.map((_, cell) => (decided.hidden[cell] ? "hidden" : "open")) });
    return { policy, system, ...decided, values: system.cells.map(({ key }) => truth.get(key)!) };
  });
}

/** The numbers that a reader has once this pattern is released: those shown now and before. */
export function openedBy({ system, values }: Case, hidden: readonly boolean[]): ReadonlyMap<number, number> {
  return new Map(
    system.cells.flatMap(({ shown, released }, cell) => (released || (shown && !hidden[cell]) ? [[cell, values[cell]!] as const] : [])),
  );
}

/** Cells that must hide. */
export function primariesOf({ system }: Case): readonly number[] {
  return system.cells.flatMap(({ primary }, cell) => (primary ? [cell] : []));
}
