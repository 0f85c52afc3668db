import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { Dataset } from "@tutti/dataset";
import { DUCKDB, type PatientTable } from "@tutti/sql";
import type { CellReader, Code } from "./cell.ts";
import { DataProblem } from "./data-problem.ts";
import { CLOSED, type Resources } from "./database.ts";
import { select } from "./header.ts";
import type { Intake } from "./intake.ts";
import { MAX_FIELDS } from "./record-scanner.ts";
import type { Summary } from "./summary.ts";

const NUMERIC = /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|DOUBLE|DECIMAL\(.*)$/;

/**
 * Reads a Parquet file with a database of its own, which can open that file and nothing else, and is closed before any plan runs. DataProblem
 * when the file does not fit the dataset; its lines are rows, counted from 1.
 */
export async function readParquet(
  path: string,
  dataset: Dataset,
  table: PatientTable,
  intake: Intake,
  resources: Resources,
): Promise<Summary> {
  if (/[*?[\]{}]/.test(path))
    throw new DataProblem("file", "the path has one of the characters * ? [ ] { }: rename the file or its folder");
  const instance = await DuckDBInstance.create(":memory:", {
    ...CLOSED,
    memory_limit: `${resources.memoryLimitMb}MiB`,
    threads: String(resources.threads),
  });
  const connection = await instance.connect();
  try {
    const only = `'${path.replaceAll("'", "''")}'`;
    await connection.run(`SET allowed_paths = [${only}]; SET enable_external_access = false; SET lock_configuration = true`);
    return await readRows(connection, `read_parquet(${only}, hive_partitioning = false)`, dataset, table, intake);
  } catch (error) {
    if (error instanceof DataProblem) throw error;
    throw new DataProblem("file", "the file can't be read as Parquet: export it anew, or as CSV");
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function readRows(
  connection: DuckDBConnection,
  file: string,
  dataset: Dataset,
  table: PatientTable,
  intake: Intake,
): Promise<Summary> {
  const described = await connection.runAndReadAll(`SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${file})`);
  const columns = described.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }));
  if (columns.length > MAX_FIELDS)
    throw new DataProblem("layout", `the file has more than ${MAX_FIELDS} columns: export only those of the dictionary`);
  const { key, places, ignored } = select(
    columns.map(({ name }) => name),
    dataset,
    table,
  );
  const readings = places.map((place, i) => readingOf(columns[place]!.type, intake.cells[i]!));
  const expressions = [
    `CAST(${DUCKDB.identifier(columns[key]!.name)} AS VARCHAR)`,
    ...readings.map(({ as }, i) => `CAST(${DUCKDB.identifier(columns[places[i]!]!.name)} AS ${as})`),
  ];
  const result = await connection.stream(`SELECT ${expressions.join(", ")} FROM ${file}`);
  let row = 0;
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const [keys = [], ...values] = chunk.getColumns();
    for (let at = 0; at < keys.length; at++) {
      row++;
      intake.key(String(keys[at] ?? ""), row);
      for (let i = 0; i < readings.length; i++) {
        const value = values[i]![at] ?? null;
        intake.value(i, value === null ? intake.cells[i]!.absent() : readings[i]!.code(value), row);
      }
      intake.endRow();
    }
    await intake.settle();
  }
  return intake.finish(ignored);
}

/** How a column of some type is fetched and read. */
interface Reading {
  readonly as: "BOOLEAN" | "DOUBLE" | "VARCHAR";
  code(value: unknown): Code;
}

function readingOf(type: string, cell: CellReader): Reading {
  const asked = cell.column.variable.type;
  if (type === "BOOLEAN" && asked === "boolean") return { as: "BOOLEAN", code: Number };
  if (NUMERIC.test(type) && asked === "number") return { as: "DOUBLE", code: (value) => cell.number(Number(value)) };
  return { as: "VARCHAR", code: (value) => cell.text(String(value)) };
}
