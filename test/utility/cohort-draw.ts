import { iphCohort, IPH_REPORT, prng, syntheticCohort } from "@tutti/cohort";
import { gridOf, IPH } from "@tutti/dataset";
import { patientsOf, plan, type Plan, type Quantile } from "@tutti/query";
import { includes, type Patient } from "@tutti/sql";

/** The report that is asked, as a plan. */
export const PLAN: Plan = plan(IPH_REPORT.queries[0]!, IPH);

/** The cells that a row of the report shows, each once. */
export const SHOWN: readonly number[] = [
  ...new Set(
    PLAN.results.flatMap((result) => {
      if (result.kind === "count") return [result.count];
      if (result.kind === "proportion") return [result.known, result.positive];
      if (result.kind === "distribution") return [result.known, ...result.counts.map(([, cell]) => cell)];
      return [result.known];
    }),
  ),
];

/** The quantiles of the report: one variable and one share each. */
export const QUANTILES: readonly { readonly known: number; readonly variable: string; readonly quantile: Quantile }[] =
  PLAN.results.flatMap((result) =>
    result.kind === "quantiles" ? result.at.map((quantile) => ({ known: result.known, variable: result.variable, quantile })) : [],
  );

/** Patients as the report sees them. */
export interface Cohort {
  /** By patient, then by cell of the plan: in it or not. */
  readonly inCell: readonly Uint8Array[];
  /** By quantile, then by patient: the value as an index of the grid, −1 where it is not known. */
  readonly values: readonly Int32Array[];
  /** How many patients each centre has. */
  readonly sizes: readonly number[];
}

/** The 25 children of the IPH cohort in their twelve centres, in that order. */
export function iphDraw(): Cohort {
  return cohortOf(iphCohort().map(({ rows }) => rows));
}

/** A synthetic cohort of that size, drawn from a seed. */
export function syntheticDraw(patients: number, centres: number, seed: number): Cohort {
  return cohortOf(syntheticCohort({ dataset: IPH, patients, centres, seed }).map(({ rows }) => [...rows]));
}

function cohortOf(centres: readonly (readonly Patient[])[]): Cohort {
  const patients = centres.flat();
  const sets = PLAN.cells.map((_, cell) => patientsOf(PLAN, cell));
  return {
    inCell: patients.map((patient) => Uint8Array.from(sets, (set) => Number(includes(set, patient, IPH)))),
    values: QUANTILES.map(({ variable }) => {
      const described = IPH.variables[variable]!;
      if (described.type !== "number") throw new RangeError("a quantile is of a number");
      const grid = gridOf(described.grid);
      return Int32Array.from(patients, (patient) => {
        const value = patient[variable] ?? null;
        return value === null ? -1 : grid.indexOf(Number(value))!;
      });
    }),
    sizes: centres.map((rows) => rows.length),
  };
}

/** Which centre each patient is at: as they come, or dealt anew with the sizes kept. */
export function allocation({ inCell, sizes }: Cohort, seed: number, number: number): readonly number[] {
  const places = sizes.flatMap((size, centre) => Array.from({ length: size }, () => centre));
  if (number === 0) return places;
  const draw = prng(seed, number);
  for (let i = inCell.length - 1; i > 0; i--) {
    const other = draw.below(i + 1);
    [places[i], places[other]] = [places[other]!, places[i]!];
  }
  return places;
}
