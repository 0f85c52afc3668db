import type { Release, ReleaseResult } from "@tutti/disclosure";
import type { Patient } from "@tutti/sql";
import type { Ended } from "./world.ts";

/** Patients that are known again, spread over centres one by one. */
export function spread(patients: readonly Patient[], names: readonly string[]): Record<string, Patient[]> {
  const centres: Record<string, Patient[]> = Object.fromEntries(names.map((name) => [name, []]));
  patients.forEach((patient, i) => centres[names[i % names.length]!]!.push({ id: `p${i}`, ...patient }));
  return centres;
}

/** So many patients alike. */
export function alike(n: number, patient: Patient): Patient[] {
  return Array.from({ length: n }, () => ({ ...patient }));
}

/** The release of the first centre that made one; an error that says how it ended otherwise. */
export function releaseOf(ended: Ended): Release {
  const [made] = ended.releases.values();
  if (made === undefined)
    throw new Error(
      `no release: ${JSON.stringify([...ended.stops.values()].map(({ cause }) => cause))} ${JSON.stringify([...ended.refusals.values()])}`,
    );
  return made;
}

/** One row of it. */
export function rowOf(
  release: Release,
  measure: string,
  stratum: Readonly<Record<string, string | boolean>> = {},
): ReleaseResult & Readonly<Record<string, unknown>> {
  const row = release.results.find((result) => result.measure === measure && JSON.stringify(result.stratum) === JSON.stringify(stratum));
  return row as ReleaseResult & Readonly<Record<string, unknown>>;
}
