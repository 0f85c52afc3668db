import { type Dataset, datasetSchema, gridOf, IPH } from "@tutti/dataset";
import { expect, test } from "vitest";
import { asCsv } from "./csv.ts";
import { CENTRE_STYLES, type CsvStyle, PLAIN } from "./csv-style.ts";
import { iphCohort } from "./iph-cohort.ts";

const label = { en: "x", fr: "x" };
const small: Dataset = datasetSchema.parse({
  id: "small",
  version: 1,
  title: label,
  key: "id",
  variables: {
    cough: { type: "boolean", label, true: ["1", "oui"], false: ["0", "non"], missing: ["", "NF"] },
    stage: { type: "category", label, codes: { "a,b": label, 'c"d': label } },
    age: { type: "number", label, grid: { from: 0, to: 18, step: 0.1 }, missing: ["NF"] },
  },
});
const rows = [
  { id: "p1", cough: true, stage: "a,b", age: 4.3 },
  { id: "p2", cough: false, stage: 'c"d', age: null },
  { id: "p3", cough: null, stage: null, age: 10 },
];
const write = (style: Partial<CsvStyle>) => asCsv({ rows }, small, { ...PLAIN, ...style });

test("plain: comma, point, and the codes of the dictionary", () => {
  expect(write({})).toBe('id,cough,stage,age\np1,1,"a,b",4.3\np2,0,"c""d",NF\np3,,,10\n');
});

test("as a French spreadsheet: BOM, semicolons, decimal comma, NF, oui and non, CRLF", () => {
  expect(write({ bom: true, separator: ";", decimal: ",", missing: "NF", yesNoForm: 1, newline: "\r\n" })).toBe(
    '\uFEFFid;cough;stage;age\r\np1;oui;a,b;4,3\r\np2;non;"c""d";NF\r\np3;NF;;10\r\n',
  );
});

test("a value that is not of the dictionary is refused by the variable's name, not by the value", () => {
  for (const row of [
    { id: "p", cough: true, stage: "zebra", age: 1 },
    { id: "p", cough: "zebra", stage: null, age: 1 },
    { id: "p", cough: true, stage: null, age: 1.25 },
  ]) {
    expect(() => asCsv({ rows: [row] }, small, PLAIN)).toThrow(/variable "(stage|cough|age)"/);
    expect(() => asCsv({ rows: [row] }, small, PLAIN)).not.toThrow(/zebra|1\.25/);
  }
});

test("every number of a grid is written with no more decimals than the grid has, and reads back as itself", () => {
  const { points, valueAt, decimals } = gridOf({ from: 0, to: 18, step: 0.1 });
  const ages = Array.from({ length: points }, (_, i) => ({ id: `p${i}`, cough: true, stage: null, age: valueAt(i) }));
  const written = asCsv({ rows: ages }, small, PLAIN).trimEnd().split("\n").slice(1);
  written.forEach((line, i) => {
    const text = line.split(",").at(-1)!;
    expect(Number(text)).toBe(valueAt(i));
    expect(text.split(".")[1]?.length ?? 0).toBeLessThanOrEqual(decimals);
  });
});

test("the twelve demo centres write their files in different ways", () => {
  expect(CENTRE_STYLES.length).toBe(iphCohort().length);
  const files = iphCohort().map((centre, i) => asCsv(centre, IPH, CENTRE_STYLES[i]!));
  expect(files.some((text) => /;\d+,\d+;/.test(text))).toBe(true);
  expect(files.some((text) => /[,;]NF[,;]/.test(text))).toBe(true);
  expect(files.some((text) => text.startsWith("\uFEFF"))).toBe(true);
  expect(files.some((text) => text.includes("\r\n"))).toBe(true);
  expect(files.some((text) => text.startsWith("patient_id;"))).toBe(true);
  expect(files.some((text) => /[,;]oui[,;]/.test(text))).toBe(true);
});
