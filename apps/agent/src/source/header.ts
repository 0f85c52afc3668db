import type { Dataset } from "@tutti/dataset";
import type { PatientTable } from "@tutti/sql";
import { DataProblem } from "./data-problem.ts";

/** Which columns of a file are read. */
export interface Selection {
  /** The place of the patients' key in the file. */
  readonly key: number;
  /** The place of each column of the patient table in the file, in the table's order. */
  readonly places: readonly number[];
  /** How many columns the file has. */
  readonly width: number;
  /** Columns of the file that the dictionary does not have. */
  readonly ignored: readonly string[];
}

/**
 * Finds the dictionary's columns in a file's header, in any order; others are ignored. DataProblem naming all that are missing or there twice.
 */
export function select(header: readonly string[], dataset: Dataset, table: PatientTable): Selection {
  const names = header.map((name) => name.trim());
  const wanted = [dataset.key, ...table.columns.map(({ name }) => name)];
  const missing = wanted.filter((name) => !names.includes(name));
  const twice = wanted.filter((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (missing.length > 0) {
    const what = `the file has no column ${listed(missing)}`;
    throw new DataProblem(
      "column",
      `${what}: add it, empty if nothing was recorded; columns are named as in the dictionary "${dataset.id}"`,
    );
  }
  if (twice.length > 0) throw new DataProblem("column", `the file has more than one column ${listed(twice)}: keep the right one`);
  const [key, ...places] = wanted.map((name) => names.indexOf(name));
  const known = new Set(wanted);
  return { key: key!, places, width: header.length, ignored: names.filter((name) => !known.has(name)) };
}

/** How many columns of a header the dictionary has; 0 without the key. */
export function recognised(header: readonly string[], dataset: Dataset): number {
  const names = new Set(header.map((name) => name.trim()));
  if (!names.has(dataset.key)) return 0;
  return 1 + Object.keys(dataset.variables).filter((name) => names.has(name)).length;
}

const SHOWN = 8;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).map((name) => `"${name}"`);
  return names.length > SHOWN ? `${shown.join(", ")} and ${names.length - SHOWN} more` : shown.join(", ");
}
