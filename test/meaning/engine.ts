import type { Dataset } from "@tutti/dataset";
import { DuckDBInstance, DuckDBIntegerType } from "@duckdb/node-api";
import type { Contribution, PatientSet, Plan } from "@tutti/query";
import {
  type Answer,
  compile,
  compileMembers,
  DUCKDB,
  includes,
  interpret,
  type Patient,
  PATIENTS,
  PatientTable,
  type Statement,
} from "@tutti/sql";

/** Something that works out what a centre with these patients contributes. */
export interface Engine {
  readonly name: string;
  contribute(plan: Plan, patients: readonly Patient[]): Promise<Contribution>;
  /** For each set, the places of the patients who are in it. */
  members(sets: readonly PatientSet[], patients: readonly Patient[]): Promise<readonly (readonly number[])[]>;
  close(): void;
}

/** The naive interpreter. */
export function oracle(dataset: Dataset): Engine {
  return {
    name: "interpreter",
    contribute: (plan, patients) => Promise.resolve(interpret(plan, dataset, patients)),
    members: (sets, patients) =>
      Promise.resolve(sets.map((set) => patients.flatMap((patient, place) => (includes(set, patient, dataset) ? [place] : [])))),
    close: () => {},
  };
}

/** The compiled SQL on a DuckDB table. */
export async function duckdb(dataset: Dataset): Promise<Engine> {
  const table = new PatientTable(dataset);
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  await connection.run(table.definition(PATIENTS, DUCKDB));
  const fill = async (patients: readonly Patient[]): Promise<void> => {
    await connection.run(`DELETE FROM ${PATIENTS}`);
    const rows = patients.map((patient, place) => {
      const values = table.columns.map(({ name, codeOf }) => written(patient[name] ?? null, codeOf));
      return `(${[...values, numberOf(place)].join()})`;
    });
    if (rows.length > 0) await connection.run(`INSERT INTO ${PATIENTS} VALUES ${rows.join()}`);
  };
  const answer = async ({ text, parameters }: Statement): Promise<Answer> => {
    const types = parameters.map(() => DuckDBIntegerType.instance);
    return (await connection.runAndReadAll(text, [...parameters], types)).getColumns() as Answer;
  };
  return {
    name: "DuckDB",
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
    contribute: async (plan, patients) => {
      await fill(patients);
      const { statements, read } = compile(plan, dataset, DUCKDB);
      const answers: Answer[] = [];
      for (const statement of statements) answers.push(await answer(statement));
      return read(answers);
    },
    members: async (sets, patients) => {
      await fill(patients);
      const { statement, reader } = compileMembers(sets, dataset, DUCKDB);
      const reading = reader();
      reading.take(await answer(statement));
      return reading.bitmaps().map((bitmap) => patients.flatMap((_, place) => (has(bitmap, numberOf(place)) ? [place] : [])));
    },
  };
}

/** A patient's number, by its place: not all numbers are those of rows. */
function numberOf(place: number): number {
  return 40 * place + 3;
}

function has(bitmap: Uint32Array, number: number): boolean {
  return (((bitmap[number >>> 5] ?? 0) >>> (number & 31)) & 1) === 1;
}

function written(value: Patient[string], codeOf: (value: string | boolean | number) => number | null): string {
  const code = value === null ? null : codeOf(value);
  if (value !== null && code === null) throw new TypeError("a value of a case is not of its dataset");
  return code === null ? "NULL" : String(code);
}
