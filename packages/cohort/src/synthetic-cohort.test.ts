import { CORE, type Dataset, IPH } from "@tutti/dataset";
import { expect, test } from "vitest";
import type { Row } from "./centre.ts";
import { asCsv } from "./csv.ts";
import { PLAIN } from "./csv-style.ts";
import { iphCohort } from "./iph-cohort.ts";
import { prng } from "./prng.ts";
import { centreSizes } from "./sizes.ts";
import { syntheticCohort } from "./synthetic-cohort.ts";

const rowsOf = (dataset: Dataset, patients: number, seed: number) =>
  syntheticCohort({ dataset, patients, centres: 3, seed }).flatMap((centre) => [...centre.rows]);

const files = (seed: number): readonly string[] =>
  syntheticCohort({ dataset: IPH, patients: 60, centres: 4, seed }).map((centre) => asCsv(centre, IPH, PLAIN));
const valuesOf = (rows: readonly Row[], name: string): readonly number[] =>
  rows.map((row) => row[name]).filter((value) => typeof value === "number");
const share = (rows: readonly Row[], name: string, value: Row[string]): number =>
  rows.filter((row) => row[name] === value).length / rows.length;
const below = (values: readonly number[], cut: number): number => values.filter((value) => value < cut).length / values.length;

test("the same request gives the same cohort, each time it is gone through; another seed another one", () => {
  const [centre] = syntheticCohort({ dataset: IPH, patients: 60, centres: 4, seed: 7 });
  expect(files(7)).toEqual(files(7));
  expect(asCsv(centre!, IPH, PLAIN)).toBe(asCsv(centre!, IPH, PLAIN));
  expect(files(7)).not.toEqual(files(8));
});

test("the stream of a seed stays what it is: numbers of an implementation in another language", () => {
  const stream = prng(1, 2);
  expect(Array.from({ length: 12 }, () => stream.word()).slice(8)).toEqual([349_062_308, 3_692_144_667, 3_131_455_628, 249_607_114]);
  expect(prng(1, 2).below(1000)).toBe(525);
});

test("uneven centres add up, and none is empty", () => {
  for (const [patients, centres] of [
    [25, 12],
    [12, 12],
    [1_000_000, 51],
    [1, 1],
    [5000, 1000],
  ] as const) {
    const sizes = centreSizes(patients, centres);
    expect(sizes.length).toBe(centres);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(patients);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(1);
    if (patients > 20 * centres) expect(sizes[0]).toBeGreaterThan(5 * sizes.at(-1)!);
  }
  expect(() => centreSizes(3, 4)).toThrow(RangeError);
});

test("centres have different names, and patients different identifiers", () => {
  const centres = syntheticCohort({ dataset: CORE, patients: 90, centres: 30, seed: 1 });
  expect(new Set(centres.map((centre) => centre.name)).size).toBe(30);
  for (const { patients, rows } of centres) expect(new Set([...rows].map((row) => row["patient_id"])).size).toBe(patients);
});

test("iph: each yes or no, code and missing value is as frequent as among the 25 children", () => {
  const children = iphCohort().flatMap((centre) => centre.rows);
  const many = rowsOf(IPH, 20_000, 3);
  for (const [name, variable] of Object.entries(IPH.variables)) {
    const values = variable.type === "boolean" ? [true, false] : variable.type === "category" ? Object.keys(variable.codes) : [];
    for (const value of [null, ...values]) expect(Math.abs(share(many, name, value) - share(children, name, value))).toBeLessThan(0.02);
  }
});

test("iph: numbers keep to the range of the 25 children, and fall on the same side of every cut as often", () => {
  const children = iphCohort().flatMap((centre) => centre.rows);
  const many = rowsOf(IPH, 20_000, 4);
  for (const [name, variable] of Object.entries(IPH.variables)) {
    if (variable.type !== "number") continue;
    const [few, lots] = [valuesOf(children, name), valuesOf(many, name)];
    const [lowest, highest] = [Math.min(...few), Math.max(...few)];
    expect(lots.some((value) => value < lowest || value > highest)).toBe(false);
    for (const cut of variable.cuts) expect(Math.abs(below(few, cut) - below(lots, cut))).toBeLessThan(0.03);
  }
  expect(new Set(valuesOf(many, "age_dx")).size).toBeGreaterThan(100);
  for (const row of many)
    expect([row["severe_anemia"], row["anemia"]]).toEqual([Number(row["hemoglobin"]) < 7, Number(row["hemoglobin"]) < 11]);
});

test.each([IPH, CORE])("$id: every row can be written as its dictionary says", (dataset) => {
  for (const centre of syntheticCohort({ dataset, patients: 300, centres: 3, seed: 5 }))
    expect(asCsv(centre, dataset, PLAIN).split("\n").length).toBe(centre.patients + 2);
});

test("another dataset has something of everything", () => {
  const rows = rowsOf(CORE, 2_000, 6);
  for (const [name, variable] of Object.entries(CORE.variables)) {
    const seen = new Set(rows.map((row) => row[name]));
    if (variable.type === "boolean") expect([seen.has(true), seen.has(false)]).toEqual([true, true]);
    if (variable.type === "category") expect(Object.keys(variable.codes).filter((code) => !seen.has(code))).toEqual([]);
    if (variable.type === "number") expect(seen.size).toBeGreaterThan(5);
  }
});

test("a dataset named iph whose variable differs gets plausible values for it", () => {
  const dataset = {
    ...IPH,
    variables: { ...IPH.variables, age_dx: { ...IPH.variables["age_dx"]!, grid: { from: 0, to: 18, step: 1 } } },
  } as Dataset;
  const ages = valuesOf(rowsOf(dataset, 200, 1), "age_dx");
  expect(ages.length).toBeGreaterThan(140);
  expect(ages.filter((age) => !Number.isInteger(age))).toEqual([]);
});
