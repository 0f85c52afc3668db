import type { Dataset } from "@tutti/dataset";
import { DuckDBInstance, DuckDBIntegerType } from "@duckdb/node-api";
import type { Contribution, Plan } from "@tutti/query";
import { type Answer, compile, DUCKDB, interpret, type Patient, PATIENTS, PatientTable } from "@tutti/sql";

/** Something that works out what a centre with these patients contributes. */
export interface Engine {
  readonly name: string;
  contribute(plan: Plan, patients: readonly Patient[]): Promise<Contribution>;
  close(): void;
}

/** The naive interpreter. */
export function oracle(dataset: Dataset): Engine {
  return { name: "interpreter", contribute: (plan, patients) => Promise.resolve(interpret(plan, dataset, patients)), close: () => {} };
}

/** The compiled SQL on a DuckDB table. */
export async function duckdb(dataset: Dataset): Promise<Engine> {
  const table = new PatientTable(dataset);
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  await connection.run(table.definition(PATIENTS, DUCKDB));
  return {
    name: "DuckDB",
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
    contribute: async (plan, patients) => {
      await connection.run(`DELETE FROM ${PATIENTS}`);
      const rows = patients.map((patient) => `(${table.columns.map(({ name, codeOf }) => written(patient[name] ?? null, codeOf)).join()})`);
      if (rows.length > 0) await connection.run(`INSERT INTO ${PATIENTS} VALUES ${rows.join()}`);
      const { statements, read } = compile(plan, dataset, DUCKDB);
      const answers: Answer[] = [];
      for (const { text, parameters } of statements) {
        const types = parameters.map(() => DuckDBIntegerType.instance);
        const result = await connection.runAndReadAll(text, [...parameters], types);
        answers.push(result.getColumns() as Answer);
      }
      return read(answers);
    },
  };
}

function written(value: Patient[string], codeOf: (value: string | boolean | number) => number | null): string {
  const code = value === null ? null : codeOf(value);
  if (value !== null && code === null) throw new TypeError("a value of a case is not of its dataset");
  return code === null ? "NULL" : String(code);
}
