import { type Dataset, gridOf, type Variable } from "@tutti/dataset";
import type { Dialect } from "./dialect.ts";

/** The name of the patient table in every database. */
export const PATIENTS = "patients";

/** The name of the column that holds the patient's number at this centre; no variable can have it. */
export const PATIENT_NUMBER = "patient number";

/** Numbers of patients are below this. */
const MOST_PATIENTS = 2 ** 32;

/** A column of the patient table: whole numbers 0 … size − 1, each the position of a value, or NULL where it is not known. */
export interface Column {
  readonly name: string;
  readonly variable: Variable;
  /** How many values there are. */
  readonly size: number;
  /** The position of a value, or null when the variable does not have it. Of a number: its index on the grid. */
  codeOf(value: string | boolean | number): number | null;
}

/**
 * The patient table as SQL sees it: one row a patient, one column for each variable that is not in a repeated table, then the
 * patient's number. See README.md.
 */
export class PatientTable {
  readonly columns: readonly Column[];
  readonly #byName: ReadonlyMap<string, Column>;

  constructor(dataset: Dataset) {
    this.columns = Object.entries(dataset.variables)
      .filter(([, variable]) => variable.table === undefined)
      .map(([name, variable]) => columnOf(name, variable));
    this.#byName = new Map(this.columns.map((column) => [column.name, column]));
  }

  /** The column of a variable. RangeError when the table has none of that name. */
  column(name: string): Column {
    return this.#byName.get(name) ?? unfit();
  }

  /** The statement that makes the table, empty, under a name. */
  definition(name: string, { identifier, integer }: Dialect): string {
    const columns = this.columns.map((column) => `${identifier(column.name)} ${integer(column.size)}`);
    const number = `${identifier(PATIENT_NUMBER)} ${integer(MOST_PATIENTS - 1)}`;
    return `CREATE TABLE ${identifier(name)} (${[...columns, number].join(", ")})`;
  }
}

/** Refuses a plan that asks for what the patient table does not have. */
export function unfit(): never {
  throw new RangeError("the plan does not fit the dataset: plan a query that was checked against this dataset");
}

function columnOf(name: string, variable: Variable): Column {
  switch (variable.type) {
    case "boolean":
      return { name, variable, size: 2, codeOf: (value) => (typeof value === "boolean" ? Number(value) : null) };
    case "category": {
      const codes = new Map(
        Object.keys(variable.codes)
          .toSorted()
          .map((code, position) => [code, position]),
      );
      return { name, variable, size: codes.size, codeOf: (value) => (typeof value === "string" ? (codes.get(value) ?? null) : null) };
    }
    case "number": {
      const { points, indexOf } = gridOf(variable.grid);
      return { name, variable, size: points, codeOf: (value) => (typeof value === "number" ? indexOf(value) : null) };
    }
  }
}
