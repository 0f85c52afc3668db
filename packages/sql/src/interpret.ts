import { type Dataset, gridOf } from "@tutti/dataset";
import { type Contribution, layout, type PatientSet, type Plan, type Predicate } from "@tutti/query";

/** One patient: the value of each variable, null or absent where it is not known. A number is in the variable's unit, on its grid. */
export type Patient = Readonly<Record<string, string | boolean | number | null>>;

/**
 * What a centre with these patients contributes, worked out patient by patient in the plainest way. Slow; every other engine must agree
 * with it. RangeError for a number that is not on its variable's grid, or a variable that is not in the dataset.
 */
export function interpret(plan: Plan, dataset: Dataset, patients: Iterable<Patient>): Contribution {
  const { narrow, wide, offsets } = layout(plan);
  const contribution = { counts: new Uint32Array(narrow), sums: new BigUint64Array(wide) };
  for (const patient of patients)
    plan.inputs.forEach((input, i) => {
      if (!holds(input.predicate, patient)) return;
      const offset = offsets[i]!;
      if (input.kind === "count") {
        contribution.counts[offset]! += 1;
        return;
      }
      const index = gridIndex(input.variable, patient, dataset);
      if (index === null) return;
      if (input.kind === "histogram") contribution.counts[offset + index]! += 1;
      else contribution.sums[offset]! += BigInt(index) ** BigInt(input.power);
    });
  return contribution;
}

/** Whether a patient belongs to a set; the plainest reading. */
export function includes({ anyOf, upTo }: PatientSet, patient: Patient, dataset: Dataset): boolean {
  if (!anyOf.some((predicate) => holds(predicate, patient))) return false;
  if (upTo === null) return true;
  const index = gridIndex(upTo.variable, patient, dataset);
  return index !== null && index <= upTo.index;
}

/** Whether a predicate holds for a patient: docs/spec/query.md, "Conditions" and "Missing values". */
function holds(predicate: Predicate, patient: Patient): boolean {
  if ("all" in predicate) return predicate.all.every((inside) => holds(inside, patient));
  if ("any" in predicate) return predicate.any.some((inside) => holds(inside, patient));
  if ("not" in predicate) return !holds(predicate.not, patient);
  const value = patient[predicate.variable] ?? null;
  if ("known" in predicate) return predicate.known === (value !== null);
  if (value === null) return false;
  if ("in" in predicate) return predicate.in.some((one) => one === value);
  if ("atLeast" in predicate) return Number(value) >= predicate.atLeast;
  return Number(value) < predicate.below;
}

function gridIndex(name: string, patient: Patient, dataset: Dataset): number | null {
  const variable = dataset.variables[name];
  if (variable?.type !== "number") throw new RangeError("the plan does not fit the dataset: a histogram or a sum is of a number");
  const value = patient[name] ?? null;
  if (value === null) return null;
  const index = gridOf(variable.grid).indexOf(Number(value));
  if (index === null) throw new RangeError(`a value of the variable "${name}" is not on its grid: correct the data, or the dictionary`);
  return index;
}
