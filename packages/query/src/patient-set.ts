import type { Plan } from "./plan.ts";
import type { Predicate } from "./predicate.ts";

/** Patients to be told apart from others, at their centre: those of whom any of the predicates holds, and whose value lies at most at a grid point. */
export interface PatientSet {
  readonly anyOf: readonly Predicate[];
  /** Null: whatever their values. */
  readonly upTo: { readonly variable: string; readonly index: number } | null;
}

/** The patients of a cell; with `upTo`, only those up to a point of a grid. */
export function patientsOf(plan: Plan, cell: number, upTo: PatientSet["upTo"] = null): PatientSet {
  return { anyOf: plan.cells[cell]!.terms.map((term) => plan.inputs[term]!.predicate), upTo };
}
