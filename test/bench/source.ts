import { type DuckDBConnection, DuckDBDataChunk, DuckDBInstance } from "@duckdb/node-api";
import { IPH_REPORT, type Row, syntheticCohort } from "@tutti/cohort";
import { type Dataset, IPH } from "@tutti/dataset";
import { check, plan } from "@tutti/query";
import { type Answer, compile, type Compiled, DUCKDB, PATIENTS, PatientTable } from "@tutti/sql";
import type { BenchRow } from "./row.ts";

const PATIENT_COUNT = 1_000_000;
const RUNS = 9;
const CHUNK_ROWS = 2048;

/** The IPH report's variables: the rest of the dictionary would only make the rows longer to generate. */
const measures = IPH_REPORT.queries.flatMap((query) => query.measures);
const yesNo = measures.flatMap((measure) => ("proportion" in measure ? [measure.proportion] : []));
const numbers = measures.flatMap((measure) => ("quantiles" in measure ? [measure.quantiles] : []));
const asked = new Set(["sex", ...yesNo, ...numbers]);
const dataset: Dataset = { ...IPH, variables: Object.fromEntries(Object.entries(IPH.variables).filter(([name]) => asked.has(name))) };

/**
 * One centre of 1,000,000 patients, held as the agent's data source holds them, contributes to the IPH report: the compiled plan, from plan to contribution, against the same counts and
 * histograms written by hand as one statement, in turns. By hand twice: as filtered counts, the way one would write it; and with the fewest
 * aggregates (known = COUNT(x), positive = SUM(x)), the fastest way known to us.
 */
export async function sourceBench(): Promise<BenchRow[]> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
  const connection = await instance.connect();
  await connection.run("ATTACH ':memory:' AS centre (COMPRESS); USE centre");
  const table = new PatientTable(dataset);
  await fill(connection, table);
  const checked = check(IPH_REPORT.queries[0], dataset);
  if (!checked.ok) throw new TypeError("the report does not fit its dictionary");
  const made = plan(checked.query, dataset);
  const compiled = async () => contributed(connection, compile(made, dataset, DUCKDB));
  const [value, filtered, fewest] = await medians([
    compiled,
    () => connection.runAndReadAll(byHand(filteredCounts)),
    () => connection.runAndReadAll(byHand(fewestAggregates)),
  ]);
  connection.closeSync();
  instance.closeSync();
  const row = { value: value!, unit: "ms", target: "ratio at most 1.5" };
  const name = "IPH report's cells at one centre, 1,000,000 patients";
  return [
    { name, ...row, reference: "one statement by hand, filtered counts", ratio: value! / filtered! },
    { name, ...row, reference: "one statement by hand, fewest aggregates", ratio: value! / fewest! },
  ];
}

async function fill(connection: DuckDBConnection, table: PatientTable): Promise<void> {
  await connection.run(table.definition("staged", DUCKDB));
  const appender = await connection.createAppender("staged");
  const types = table.columns.map((_, i) => appender.columnType(i));
  const [centre] = syntheticCohort({ dataset, patients: PATIENT_COUNT, centres: 1, seed: 1 });
  let rows: Row[] = [];
  const append = (): void => {
    const chunk = DuckDBDataChunk.create(types, rows.length);
    table.columns.forEach(({ name, size, codeOf }, i) => {
      const codes = rows.map((row) => (row[name] === null ? size : codeOf(row[name]!)));
      chunk.setColumnValues(i, codes);
    });
    appender.appendDataChunk(chunk);
    rows = [];
  };
  for (const row of centre!.rows) if (rows.push(row) === CHUNK_ROWS) append();
  append();
  appender.closeSync();
  const columns = table.columns.map(({ name, size }) => `NULLIF("${name}", ${size})`);
  await connection.run(
    `${table.definition(PATIENTS, DUCKDB)}; INSERT INTO ${PATIENTS} SELECT ${columns.join()} FROM staged; DROP TABLE staged`,
  );
}

async function contributed(connection: DuckDBConnection, { statements, read }: Compiled): Promise<unknown> {
  const answers: Answer[] = [];
  for (const { text } of statements) answers.push((await connection.runAndReadAll(text)).getColumns() as Answer);
  return read(answers);
}

function byHand(counts: (name: string) => readonly string[]): string {
  const cells = ["COUNT(*)", "COUNT(*) FILTER (sex = 0)", "COUNT(*) FILTER (sex = 1)", ...yesNo.flatMap(counts)];
  const histograms = numbers.map(
    (name) => `(SELECT LIST((value, n)) FROM (SELECT ${name} AS value, COUNT(*) AS n FROM ${PATIENTS} GROUP BY ${name}))`,
  );
  return `SELECT ${[...cells, ...histograms].join(", ")} FROM ${PATIENTS}`;
}

function filteredCounts(name: string): readonly string[] {
  return [`COUNT(*) FILTER (${name} = 1)`, `COUNT(*) FILTER (${name} = 0)`, `COUNT(*) FILTER (${name} IS NULL)`];
}

function fewestAggregates(name: string): readonly string[] {
  return [`COUNT(${name})`, `SUM(${name})`];
}

/** The median time of each task in milliseconds; the tasks take turns. */
async function medians(tasks: readonly (() => Promise<unknown>)[]): Promise<readonly number[]> {
  const times = tasks.map((): number[] => []);
  for (let run = 0; run < RUNS; run++)
    for (const [i, task] of tasks.entries()) {
      const start = performance.now();
      await task();
      times[i]!.push(performance.now() - start);
    }
  return times.map((some) => some.toSorted((a, b) => a - b)[Math.floor(RUNS / 2)]!);
}
