import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Dataset, datasetSchema } from "@tutti/dataset";
import { seeded } from "../world/seeded.ts";

/** One patient as a centre's file has it; null is not known. */
export interface LivePatient {
  readonly patient_id: string;
  readonly sex: "F" | "M" | null;
  readonly dyspnea: boolean | null;
  readonly age: number | null;
  readonly hb: number | null;
}

/** The patients of each centre, by the centre's name. */
export type LiveCentres = ReadonlyMap<string, readonly LivePatient[]>;

/** A dictionary that the project has never seen. */
export const LIVE: Dataset = datasetSchema.parse({
  id: "live",
  version: 3,
  title: { en: "Live", fr: "En direct" },
  key: "patient_id",
  variables: {
    sex: {
      type: "category",
      label: { en: "Sex", fr: "Sexe" },
      codes: { F: { en: "Girls", fr: "Filles" }, M: { en: "Boys", fr: "Garçons" } },
      missing: ["NF"],
    },
    dyspnea: { type: "boolean", label: { en: "Dyspnea", fr: "Dyspnée" }, true: ["yes"], false: ["no"], missing: ["NF"] },
    age: {
      type: "number",
      label: { en: "Age", fr: "Âge" },
      unit: "a",
      grid: { from: 0, to: 100, step: 0.5 },
      cuts: [10, 18, 65],
      missing: ["NF"],
    },
    hb: {
      type: "number",
      label: { en: "Hb", fr: "Hb" },
      unit: "g/dL",
      grid: { from: 2, to: 20, step: 0.1 },
      cuts: [7, 12],
      missing: ["NF"],
    },
  },
});

/** Centres with patients from a seed: `perCentre` at most each, and half as many at least. */
export function liveCentres(count: number, perCentre: number, seed: number): LiveCentres {
  const draw = seeded(seed, "live");
  const below = (n: number): number => new DataView(draw(4).buffer).getUint32(0) % n;
  const known = <T>(value: T): T | null => (below(10) === 0 ? null : value);
  return new Map(
    Array.from({ length: count }, (_, c) => {
      const name = `centre-${String(c + 1).padStart(2, "0")}`;
      const patients = Array.from({ length: Math.ceil(perCentre / 2) + below(Math.floor(perCentre / 2) + 1) }, (_unused, p) => ({
        patient_id: `NIR-${name}-${seed}-${p + 1}`,
        sex: known(below(3) === 0 ? ("M" as const) : ("F" as const)),
        dyspnea: known(below(2) === 0),
        age: known(below(201) / 2),
        hb: known((20 + below(181)) / 10),
      }));
      return [name, patients] as const;
    }),
  );
}

const parents: string[] = [];

/** Removes what this process has written. */
export function removeSandboxes(): void {
  for (const folder of parents.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Writes a folder for `tutti sandbox`, with queries as q1.json, q2.json, …; gives its path. */
export function writeSandbox(centres: LiveCentres, queries: readonly unknown[] = [], policy?: object): string {
  const parent = mkdtempSync(join(tmpdir(), "live-"));
  parents.push(parent);
  const folder = join(parent, "sandbox");
  mkdirSync(folder);
  const write = (name: string, value: unknown) => writeFileSync(join(folder, name), JSON.stringify(value));
  write("dataset.json", LIVE);
  if (policy !== undefined) write("policy.json", policy);
  queries.forEach((query, i) => write(`q${i + 1}.json`, query));
  for (const [name, patients] of centres) writeFileSync(join(folder, `${name}.csv`), csvOf(patients));
  return folder;
}

/** The file of a centre. */
export function csvOf(patients: readonly LivePatient[]): string {
  const columns = ["patient_id", "sex", "dyspnea", "age", "hb"] as const;
  const written = (value: LivePatient[keyof LivePatient]) =>
    value === null ? "NF" : value === true ? "yes" : value === false ? "no" : String(value);
  const lines = patients.map((patient) => columns.map((column) => written(patient[column])).join(","));
  return `${[columns.join(","), ...lines].join("\n")}\n`;
}
