import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { openSource } from "@tutti/agent";
import { csvLines, IPH_REPORT, PLAIN, syntheticCohort } from "@tutti/cohort";
import { type Dataset, IPH } from "@tutti/dataset";
import { check, plan } from "@tutti/query";
import type { BenchRow } from "./row.ts";

const PATIENT_COUNT = 1_000_000;
const RUNS = 9;

/** The IPH report's variables: the rest of the dictionary would only make the rows longer to write. */
const measures = IPH_REPORT.queries.flatMap((query) => query.measures);
const yesNo = measures.flatMap((measure) => ("proportion" in measure ? [measure.proportion] : []));
const numbers = measures.flatMap((measure) => ("quantiles" in measure ? [measure.quantiles] : []));
const asked = new Set(["sex", ...yesNo, ...numbers]);
const dataset: Dataset = { ...IPH, variables: Object.fromEntries(Object.entries(IPH.variables).filter(([name]) => asked.has(name))) };

/**
 * One centre of 1,000,000 patients contributes to the IPH report: the agent's data source, from plan to contribution, against the same counts
 * and histograms written by hand as one DuckDB statement, in turns. By hand twice: as filtered counts, the way one would write it; and with
 * the fewest aggregates (known = COUNT(x), positive = SUM(x)), the fastest single statement known to us. Then the loading of its CSV file.
 */
export async function sourceBench(): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), "tutti-bench-"));
  try {
    return await measured(join(folder, "patients.csv"));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measured(file: string): Promise<BenchRow[]> {
  const [centre] = syntheticCohort({ dataset, patients: PATIENT_COUNT, centres: 1, seed: 1 });
  await pipeline(Readable.from(csvLines(centre!.rows, dataset, PLAIN)), createWriteStream(file));
  const checked = check(IPH_REPORT.queries[0], dataset);
  if (!checked.ok) throw new TypeError("the report does not fit its dictionary");
  const made = plan(checked.query, dataset);
  const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
  const byHand = await instance.connect();
  const handLoadMs = await timed(() => fillByHand(byHand, file));
  const start = performance.now();
  const source = await openSource({ dataset, data: file, threads: 2 });
  const loadMs = performance.now() - start;
  const [value, filtered, fewest] = await medians([
    () => source.contribute(made),
    () => byHand.runAndReadAll(statement(filteredCounts)),
    () => byHand.runAndReadAll(statement(fewestAggregates)),
  ]);
  await source.close();
  byHand.closeSync();
  instance.closeSync();
  const name = "IPH report's cells at one centre, 1,000,000 patients";
  const row = { name, value: value!, unit: "ms", target: "ratio at most 1.5" };
  return [
    { ...row, reference: "one statement by hand, filtered counts", ratio: value! / filtered! },
    { ...row, reference: "one statement by hand, fewest aggregates", ratio: value! / fewest! },
    {
      name: `the file of that centre (${asked.size + 1} columns) read and checked, once`,
      value: loadMs / 1_000,
      unit: "s",
      reference: "DuckDB's read_csv, unchecked",
      ratio: loadMs / handLoadMs,
      target: "seconds",
    },
  ];
}

/** The table as one would make it by hand: BOOLEAN, text codes, grid indices. */
async function fillByHand(connection: DuckDBConnection, file: string): Promise<void> {
  const columns = [
    "sex",
    ...yesNo.map((name) => `CAST(${name} AS BOOLEAN) AS ${name}`),
    ...numbers.map((name) => {
      const variable = dataset.variables[name];
      if (variable?.type !== "number") throw new TypeError("quantiles are of a number");
      return `CAST(round((CAST(${name} AS DOUBLE) - ${variable.grid.from}) / ${variable.grid.step}) AS USMALLINT) AS ${name}`;
    }),
  ];
  await connection.run(`CREATE TABLE patients AS SELECT ${columns.join(", ")} FROM read_csv('${file}', all_varchar = true, nullstr = '')`);
}

function statement(counts: (name: string) => readonly string[]): string {
  const cells = ["COUNT(*)", "COUNT(*) FILTER (sex = 'F')", "COUNT(*) FILTER (sex = 'M')", ...yesNo.flatMap(counts)];
  const histograms = numbers.map(
    (name) => `(SELECT LIST((value, n)) FROM (SELECT ${name} AS value, COUNT(*) AS n FROM patients GROUP BY ${name}))`,
  );
  return `SELECT ${[...cells, ...histograms].join(", ")} FROM patients`;
}

function filteredCounts(name: string): readonly string[] {
  return [`COUNT(*) FILTER (${name})`, `COUNT(*) FILTER (NOT ${name})`, `COUNT(*) FILTER (${name} IS NULL)`];
}

function fewestAggregates(name: string): readonly string[] {
  return [`COUNT(${name})`, `SUM(CAST(${name} AS INTEGER))`];
}

/** The median time of each task in milliseconds; the tasks take turns. */
async function medians(tasks: readonly (() => Promise<unknown>)[]): Promise<readonly number[]> {
  const times = tasks.map((): number[] => []);
  for (let run = 0; run < RUNS; run++) for (const [i, task] of tasks.entries()) times[i]!.push(await timed(task));
  return times.map((some) => some.toSorted((a, b) => a - b)[Math.floor(RUNS / 2)]!);
}

async function timed(task: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await task();
  return performance.now() - start;
}
