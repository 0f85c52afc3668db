import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSource } from "@tutti/agent";
import { asCsv, CENTRE_STYLES, IPH_REPORT, iphCohort, PLAIN } from "@tutti/cohort";
import { IPH } from "@tutti/dataset";
import { check, plan } from "@tutti/query";
import { interpret } from "@tutti/sql";
import { afterAll, beforeAll, expect, test } from "vitest";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tutti-exports-"));
});
afterAll(() => rm(folder, { recursive: true }));

const centres = iphCohort().map(({ name, rows }, i) => ({ name, rows, style: CENTRE_STYLES[i] ?? PLAIN }));

test.each(centres)("the file of $name, as that centre writes it, means its patients", async ({ name, rows, style }) => {
  const checked = check(IPH_REPORT.queries[0], IPH);
  if (!checked.ok) throw new TypeError("the report does not fit its dictionary");
  const report = plan(checked.query, IPH);
  const data = join(folder, `${name}.csv`);
  await writeFile(data, asCsv({ rows }, IPH, style));
  const source = await openSource({ dataset: IPH, data });
  expect(await source.contribute(report)).toEqual(interpret(report, IPH, rows));
  expect(source.summary.rows).toBe(rows.length);
  await source.close();
});
