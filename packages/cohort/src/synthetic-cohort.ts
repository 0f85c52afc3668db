import { type Dataset, IPH } from "@tutti/dataset";
import { patientId, type Row, type StreamedCentre } from "./centre.ts";
import { type Fill, iphLikeness } from "./likeness.ts";
import { plausible } from "./plausible.ts";
import { prng } from "./prng.ts";
import { centreName, centreSizes } from "./sizes.ts";

/** What to make: `seed` is a whole number, and the same request gives the same cohort. */
export interface CohortRequest {
  readonly dataset: Dataset;
  readonly patients: number;
  readonly centres: number;
  readonly seed: number;
}

/** Streams of the generator: what the variables look like, and the patients. */
const SHAPE = 1;
const PATIENTS = 2;

/**
 * A synthetic cohort of any size over uneven centres. Where the dataset is `iph` each variable has the distribution of the published cohort;
 * any other has plausible ones. Rows are made while they are gone through, so a million need no memory.
 * RangeError when there are fewer patients than centres.
 */
export function syntheticCohort({ dataset, patients, centres, seed }: CohortRequest): readonly StreamedCentre[] {
  const fills = fillsOf(dataset, seed);
  return centreSizes(patients, centres).map((size, place) => {
    const name = centreName(place);
    const rows = { [Symbol.iterator]: () => rowsOf(dataset.key, name, size, fills, [seed, PATIENTS, place]) };
    return { name, patients: size, rows };
  });
}

function fillsOf(dataset: Dataset, seed: number): readonly Fill[] {
  const like = new Set(Object.keys(dataset.variables).filter((name) => sameAsIph(dataset, name)));
  const others = Object.entries(dataset.variables).filter(([name]) => !like.has(name));
  return [...iphLikeness(dataset, like), ...others.map(([name, variable], i) => plausible(name, variable, prng(seed, SHAPE, i)))];
}

/** Whether a variable takes the values that it takes in the bundled `iph`, so that the 25 children's values fit it. */
function sameAsIph(dataset: Dataset, name: string): boolean {
  if (dataset.id !== IPH.id || !Object.hasOwn(IPH.variables, name)) return false;
  const values = ({ variables }: Dataset) => {
    const variable = variables[name]!;
    const range = variable.type === "number" ? variable.grid : variable.type === "category" ? Object.keys(variable.codes).toSorted() : null;
    return JSON.stringify([variable.type, range, variable.missing.length > 0]);
  };
  return values(dataset) === values(IPH);
}

function* rowsOf(
  key: string,
  name: string,
  size: number,
  fills: readonly Fill[],
  [seed, ...path]: readonly [number, ...number[]],
): Generator<Row, void> {
  const stream = prng(seed, ...path);
  for (let number = 1; number <= size; number++) {
    const row: Record<string, Row[string]> = { [key]: patientId(name, number) };
    for (const fill of fills) fill(row, stream);
    yield row;
  }
}
