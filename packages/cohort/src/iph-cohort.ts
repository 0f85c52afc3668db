import { IPH } from "@tutti/dataset";
import { type Centre, patientId, type Row } from "./centre.ts";
import { CHILDREN_OF, CODES, YES_NO } from "./iph-children.ts";
import { NUMBERS } from "./iph-numbers.ts";

/**
 * 25 synthetic children in 12 uneven centres, who together have the published figures of the French IPH cohort: no child of it is real.
 * The same at each call. Which figures can't be had at once stands in docs/synthetic-cohort.md.
 */
export function iphCohort(): readonly Centre[] {
  return Object.entries(CHILDREN_OF).map(([name, children]) => ({
    name,
    rows: children.map((child, i) => childRow(child, patientId(name, i + 1))),
  }));
}

function childRow(child: number, id: string): Row {
  const values = Object.keys(IPH.variables).map((variable) => [variable, valueOf(variable, child)] as const);
  return Object.fromEntries([[IPH.key, id] as const, ...values]);
}

function valueOf(variable: string, child: number): Row[string] {
  const yesNo = YES_NO[variable];
  if (yesNo !== undefined) return yesNo.known.includes(child) ? yesNo.yes.includes(child) : null;
  const codes = CODES[variable];
  if (codes !== undefined) return Object.keys(codes).find((code) => codes[code]!.includes(child)) ?? null;
  const numbers = NUMBERS[variable];
  if (numbers !== undefined) return numbers[child] ?? null;
  throw new RangeError(`the cohort has no values for the variable "${variable}"`);
}
