import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { type Dataset, datasetSchema } from "@tutti/dataset";
import { plan } from "@tutti/query";
import { interpret } from "@tutti/sql";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DataProblem } from "./data-problem.ts";
import { openSource } from "./source.ts";

const label = { en: "x", fr: "x" };
const dataset: Dataset = datasetSchema.parse({
  id: "small",
  version: 1,
  title: label,
  key: "id",
  variables: {
    cough: { type: "boolean", label },
    stage: { type: "category", label, codes: { "1": label, "2": label } },
    age: { type: "number", label, grid: { from: 0, to: 18, step: 0.1 } },
  },
});
const asked = plan(
  {
    dataset: "small@1",
    purpose: "",
    by: ["stage"],
    measures: [
      { id: "cough", proportion: "cough" },
      { id: "age", quantiles: "age", at: [0.5] },
    ],
  },
  dataset,
);
const expected = interpret(asked, dataset, [
  { cough: true, stage: "1", age: 4.3 },
  { cough: false, stage: "2", age: null },
  { cough: null, stage: null, age: 18 },
]);

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tutti-parquet-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Writes a Parquet file of what a SELECT gives. */
async function parquet(select: string, name = "patients.parquet"): Promise<string> {
  const path = join(folder, name);
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  await connection.run(`COPY (${select}) TO '${path.replaceAll("'", "''")}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
  return path;
}

async function contribution(data: string): Promise<unknown> {
  const source = await openSource({ dataset, data });
  try {
    return await source.contribute(asked);
  } finally {
    await source.close();
  }
}

const rows = (id: string, cough: string, stage: string, age: string): string =>
  `SELECT CAST(a AS ${id}) id, 'x' AS note, CAST(b AS ${cough}) cough, CAST(c AS ${stage}) stage, CAST(d AS ${age}) age
   FROM (VALUES (1, '1', '1', '4.3'), (2, '0', '2', NULL), (3, NULL, NULL, '18')) t(a, b, c, d)`;

test.each([
  ["texts", "VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR"],
  ["types of their own", "BIGINT", "BOOLEAN", "INTEGER", "DOUBLE"],
  ["short floats, which are nearly on the grid", "UUID_AS_TEXT", "TINYINT", "TINYINT", "FLOAT"],
  ["decimals", "INTEGER", "BOOLEAN", "BIGINT", "DECIMAL(5, 2)"],
])("%s", async (_, id, cough, stage, age) => {
  expect(await contribution(await parquet(rows(id === "UUID_AS_TEXT" ? "VARCHAR" : id, cough, stage, age)))).toEqual(expected);
});

test("a name with quotes", async () => {
  expect(await contribution(await parquet(rows("INTEGER", "BOOLEAN", "INTEGER", "DOUBLE"), "l'hôpital\"s.parquet"))).toEqual(expected);
});

test.each<[string, string, RegExp]>([
  ["a key twice", "SELECT 'zebra' id, true cough, '1' stage, 1.0 age FROM range(2)", /"id" has a value that an earlier/],
  ["no key", "SELECT NULL::VARCHAR id, true cough, '1' stage, 1.0 age", /"id" has no value/],
  ["an unknown code", "SELECT 'p' id, true cough, 'zebra' stage, 1.0 age", /"stage" has a value that is none/],
  ["a list", "SELECT 'p' id, true cough, ['zebra'] stage, 1.0 age", /"stage" has a value that is none/],
  ["not a number", "SELECT 'p' id, true cough, '1' stage, 'nan'::DOUBLE age", /"age" has a value that is not a plain number/],
  ["out of range", "SELECT 'p' id, true cough, '1' stage, 1e300 age", /"age" has a number outside/],
  ["off the grid", "SELECT 'p' id, true cough, '1' stage, 0.123::DOUBLE age", /"age" has a number between/],
  ["a column is missing", "SELECT 'p' id, true cough, '1' stage", /no column "age"/],
])("%s is refused", async (_, select, message) => {
  const opening = contribution(await parquet(select));
  await expect(opening).rejects.toBeInstanceOf(DataProblem);
  await expect(opening).rejects.toThrow(message);
  await expect(opening).rejects.not.toThrow(/zebra/);
});

test("a file that is not Parquet is refused", async () => {
  const data = join(folder, "not.parquet");
  await writeFile(data, "PAR1 zebra PAR1");
  await expect(contribution(data)).rejects.toThrow(/can't be read as Parquet/);
});

test("a path that would mean several files is refused", async () => {
  const data = await parquet(rows("INTEGER", "BOOLEAN", "INTEGER", "DOUBLE"), "a.parquet");
  await writeFile(join(folder, "[a].parquet"), "");
  await expect(contribution(data)).resolves.toEqual(expected);
  await expect(contribution(join(folder, "[a].parquet"))).rejects.toThrow(/rename/);
});
