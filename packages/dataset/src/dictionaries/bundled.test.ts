import { expect, test } from "vitest";
import { datasetSchema } from "../dataset.ts";
import { BUNDLED } from "./bundled.ts";
import { IPH } from "./iph.ts";

/** Codes that were seen in a primary source: Orphanet, Mondo, HPO, LOINC mappings, ATC, NCIt. */
const VERIFIED = new Set(
  `ORPHA:99931 ORPHA:870 MONDO:0008346 MONDO:0008608 MONDO:0005130
   HP:0002608 HP:0002105 HP:0002094 HP:0012735 HP:0001903 HP:0002090 HP:0001945 HP:0025179 HP:0025175 HP:0030879 HP:0002206
   HP:0003453 HP:0003493 HP:0002923 HP:0003262 HP:0033563 HP:4000029 HP:0020151 HP:0033030 HP:0030057 HP:0002091 HP:0006536 HP:0045051 HP:0002829
   LOINC:718-7 LOINC:14196-0 LOINC:17351-8 LOINC:8061-4 LOINC:31017-7 LOINC:11572-5 LOINC:31348-6 LOINC:14252-1 LOINC:49774-3
   LOINC:19872-1 LOINC:20152-5 LOINC:98088-8 LOINC:98130-8
   ATC:H02AB04 ATC:H02AB07 ATC:H02AB06 ATC:P01BA02 ATC:L04AA06 ATC:L04AX01
   NCIT:C28421 NCIT:C124353 NCIT:C156420`.split(/\s+/),
);

/** What is known of everybody who is in the registry. */
const ALWAYS: Readonly<Record<string, readonly string[]>> = {
  core: ["sex", "birth_year", "diagnosis"],
  iph: ["sex", "diagnosis_year", "age_dx"],
};

test.each(BUNDLED)("$id has only verified codes, and passes through its own schema unchanged", (dataset) => {
  const terms = [...(dataset.terms ?? []), ...Object.values(dataset.variables).flatMap((variable) => variable.terms ?? [])];
  expect(terms.filter((term) => !VERIFIED.has(term))).toEqual([]);
  expect(datasetSchema.parse(JSON.parse(JSON.stringify(dataset)))).toEqual(dataset);
});

test.each(BUNDLED)("$id writes what is not known apart from what is no", (dataset) => {
  for (const [name, variable] of Object.entries(dataset.variables)) {
    expect(variable.missing).toEqual(ALWAYS[dataset.id]!.includes(name) ? [] : ["", "NF"]);
    if (variable.type === "boolean") expect(variable.false).toEqual(["0", "non"]);
    if (variable.type === "number") expect(variable.unit).toBeDefined();
  }
});

test("the ages, hemoglobin and Golde score have the grids that the reports rely on", () => {
  expect(IPH.variables["age_dx"]).toMatchObject({ unit: "a", grid: { from: 0, to: 18, step: 0.1 }, cuts: [2, 5, 10] });
  expect(IPH.variables["hemoglobin"]).toMatchObject({ unit: "g/dL", cuts: [7, 11] });
  expect(IPH.variables["golde_score"]).toMatchObject({ grid: { from: 0, to: 400, step: 1 } });
});

test("the eight blood tests are there under the names that the report asks for", () => {
  const names = ["coeliac_ig", "cows_milk_ige", "anca", "ana", "anti_smooth_muscle", "rheumatoid_factor", "anti_dsdna", "anti_gbm"];
  expect(names.filter((name) => IPH.variables[name]?.type !== "boolean")).toEqual([]);
});
