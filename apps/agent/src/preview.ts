import { readFileSync } from "node:fs";
import { type Contribution, check, layout, plan, type Plan, type Query, type Result, type Stratum } from "@tutti/query";
import { type Dataset, datasetName } from "@tutti/dataset";
import { z } from "zod";
import type { AgentConfig } from "./config.ts";
import { openDataset, readDataset } from "./dataset-files.ts";
import { StartProblem } from "./start-problem.ts";

/** What one centre would contribute to one row of a release: its own numbers, which leave it only as shares. */
export interface PreviewRow {
  readonly measure: string;
  readonly stratum: Stratum;
  /** Patients, by what is counted of them: `patients`, `known`, `yes`, `no`, or the codes and bands of a distribution. */
  readonly counts: Readonly<Record<string, number>>;
  /** Of quantiles: how many patients have each value; values that nobody has are left out. */
  readonly histogram?: Readonly<Record<string, number>> | undefined;
  /** Of a mean: sums of grid indices and of their squares, as decimal text, for they may pass 2⁵³. */
  readonly sums?: { readonly sum: string; readonly squares: string } | undefined;
}

/** Everything that a centre would contribute to a query. */
export interface Preview {
  readonly centre: string;
  readonly dataset: string;
  /** Patients in the centre's file. */
  readonly patients: number;
  readonly rows: readonly PreviewRow[];
}

const whole = z.int().min(0);
const counted = z.record(z.string(), whole);

/** The shape of a preview. */
export const previewSchema: z.ZodType<Preview> = z.strictObject({
  centre: z.string(),
  dataset: z.string(),
  patients: whole,
  rows: z.array(
    z.strictObject({
      measure: z.string(),
      stratum: z.record(z.string(), z.union([z.string(), z.boolean()])),
      counts: counted,
      histogram: counted.optional(),
      sums: z.strictObject({ sum: z.string(), squares: z.string() }).optional(),
    }),
  ),
});

/**
 * Works out what this centre would contribute to a query, and does nothing else: no coordinator is asked, no ledger opened, nothing kept.
 * @param path of query.json
 * @throws StartProblem when the query does not fit, or the data can't be read
 */
export async function preview(config: AgentConfig, path: string): Promise<Preview> {
  return previewOf(config, queryAt(path), path);
}

/**
 * The same for a query that is no file.
 * @param name what messages call it
 */
export async function previewOf(config: AgentConfig, raw: unknown, name: string): Promise<Preview> {
  const datasets = config.datasets.map((files) => ({ files, dataset: readDataset(files.dictionary) }));
  const asked = typeof raw === "object" && raw !== null && "dataset" in raw ? raw.dataset : null;
  const found = datasets.find(({ dataset }) => datasetName(dataset) === asked) ?? datasets[0]!;
  const query = checked(raw, found.dataset, name);
  const source = await openDataset(found.dataset, found.files.data);
  try {
    const planned = plan(query, found.dataset);
    const contribution = await source.contribute(planned);
    const rows = previewRows(planned, contribution);
    return { centre: config.centre, dataset: datasetName(found.dataset), patients: source.summary.rows, rows };
  } finally {
    await source.close();
  }
}

/** What a contribution is, row by row. */
export function previewRows(planned: Plan, contribution: Contribution): readonly PreviewRow[] {
  return planned.results.map((result) => rowOf(result, planned, contribution));
}

/** A preview for people. */
export function previewText({ centre, dataset, patients, rows }: Preview): string {
  const lines = rows.map(({ measure, stratum, counts, histogram, sums }) => {
    const named = [measure, ...Object.entries(stratum).map(([name, value]) => `${name} ${value}`)].join(", ");
    const numbers = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
    const points = Object.entries(histogram ?? {}).map(([value, count]) => `${value}: ${count}`);
    const added = sums === undefined ? [] : [`sum of grid indices ${sums.sum}`, `of their squares ${sums.squares}`];
    return `  ${named}: ${[...numbers, ...added].join(", ")}${points.length === 0 ? "" : `\n    ${points.join(", ")}`}`;
  });
  const head = `What ${centre} would contribute to this query on ${dataset}, of its ${patients} patients.`;
  return `${head}\nThese numbers are this centre's own: they leave it only as shares that tell nothing by themselves.\n${lines.join("\n")}\n`;
}

function rowOf(result: Result, planned: Plan, { counts, sums }: Contribution): PreviewRow {
  const { offsets } = layout(planned);
  const histogram = (input: number): Uint32Array => {
    const asked = planned.inputs[input]!;
    return counts.subarray(offsets[input]!, offsets[input]! + (asked.kind === "histogram" ? asked.points : 1));
  };
  const cell = (index: number): number => planned.cells[index]!.terms.reduce((total, input) => total + sumOf(histogram(input)), 0);
  const wide = (inputs: readonly number[]): string => String(inputs.reduce((total, input) => total + sums[offsets[input]!]!, 0n));
  const { measure, stratum } = result;
  switch (result.kind) {
    case "count":
      return { measure, stratum, counts: { patients: cell(result.count) } };
    case "proportion":
      return { measure, stratum, counts: { known: cell(result.known), yes: cell(result.positive), no: cell(result.negative) } };
    case "distribution":
      return {
        measure,
        stratum,
        counts: { known: cell(result.known), ...Object.fromEntries(result.counts.map(([label, index]) => [label, cell(index)])) },
      };
    case "quantiles": {
      const { points, valueAt } = result.grid;
      const values = Array.from({ length: points }, (_, g) => result.histograms.reduce((total, input) => total + histogram(input)[g]!, 0));
      const met = values.flatMap((count, g) => (count === 0 ? [] : [[String(valueAt(g)), count] as const]));
      return { measure, stratum, counts: { known: cell(result.known) }, histogram: Object.fromEntries(met) };
    }
    case "mean":
      return { measure, stratum, counts: { known: cell(result.known) }, sums: { sum: wide(result.sums), squares: wide(result.squares) } };
  }
}

function sumOf(numbers: Uint32Array): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function queryAt(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw new StartProblem(`${path} can't be read as JSON: give the path of a query.json`);
  }
}

function checked(raw: unknown, dataset: Dataset, path: string): Query {
  const result = check(raw, dataset);
  if (result.ok) return result.query;
  throw new StartProblem(result.problems.map(({ path: at, message }) => `${path}${at === "" ? "" : ` at ${at}`}: ${message}`).join("\n"));
}
