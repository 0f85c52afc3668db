import { CHILDREN_OF } from "./iph-children.ts";

/** How fast the sizes fall from the largest centre to the smallest. */
const ZIPF_EXPONENT = 0.8;

/**
 * How many patients each centre has, largest first: 1 + a share of the rest that falls as rank^-0.8; they add up to `patients`.
 * RangeError unless 1 ≤ centres ≤ patients, both whole.
 */
export function centreSizes(patients: number, centres: number): readonly number[] {
  if (!Number.isSafeInteger(patients) || !Number.isSafeInteger(centres) || centres < 1 || patients < centres)
    throw new RangeError("a cohort has at least one centre and at least one patient for each: ask for more patients or fewer centres");
  const weights = Array.from({ length: centres }, (_, rank) => (rank + 1) ** -ZIPF_EXPONENT);
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  let [weightLeft, patientsLeft] = [whole, patients - centres];
  return weights.map((weight, rank) => {
    const share = rank === centres - 1 ? patientsLeft : Math.round((patientsLeft * weight) / weightLeft);
    weightLeft -= weight;
    patientsLeft -= share;
    return 1 + share;
  });
}

/** The name of a centre by its place: the twelve of the IPH cohort, then centre-013, centre-014, … */
export function centreName(place: number): string {
  return Object.keys(CHILDREN_OF)[place] ?? `centre-${String(place + 1).padStart(3, "0")}`;
}
