import { readdirSync, statSync } from "node:fs";
import { join, parse, resolve } from "node:path";
import { type Dataset, datasetSchema } from "@tutti/dataset";
import { policySchema } from "@tutti/disclosure";
import { Stop } from "./exit.ts";
import { readChecked } from "./files.ts";
import type { CentreFile } from "./network.ts";

/** What a sandbox folder holds, checked as far as it can be without opening the patients' files. */
export interface SandboxFolder {
  readonly centres: readonly CentreFile[];
  readonly dataset: Dataset;
  readonly datasetPath: string;
  readonly policyPath: string | undefined;
}

/**
 * Reads a folder of one CSV (or Parquet) file a centre, dataset.json and perhaps policy.json. Stop with a sentence that names the
 * file when something is missing or wrong, and when there are fewer centres than the policy's minimum.
 */
export function readSandbox(folder: string): SandboxFolder {
  const names = list(folder);
  if (!names.includes("dataset.json"))
    throw new Stop("error", `${folder} has no dataset.json; "tutti dataset infer ${join(folder, "*.csv")}" drafts one`);
  const datasetPath = resolve(folder, "dataset.json");
  const dataset = readChecked(datasetPath, datasetSchema, "error");
  const policyPath = names.includes("policy.json") ? resolve(folder, "policy.json") : undefined;
  const policy = policyPath === undefined ? policySchema.parse({}) : readChecked(policyPath, policySchema, "error");
  const centres = names
    .filter((name) => /\.(csv|parquet)$/i.test(name) && !name.startsWith("."))
    .toSorted()
    .map((name) => ({ centre: parse(name).name, data: resolve(folder, name) }));
  const twice = centres.find(({ centre }, i) => centres.findIndex((other) => other.centre.toLowerCase() === centre.toLowerCase()) < i);
  if (twice !== undefined) throw new Stop("error", `${twice.data}: another file already stands for the centre ${twice.centre}; keep one`);
  for (const { data } of centres)
    if (statSync(data).size === 0) throw new Stop("error", `${data} is empty; a centre's file has a header and one row a patient`);
  if (centres.length < policy.minimumCentres) {
    const found = centres.length === 1 ? "1 centre's file" : `${centres.length} centres' files`;
    throw new Stop(
      "tooFewCentres",
      `${folder} holds ${found}; the policy asks for at least ${policy.minimumCentres}. Add one CSV file a centre`,
    );
  }
  return { centres, dataset, datasetPath, policyPath };
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    throw new Stop("usage", `${folder} is not a folder that can be read; give the one that holds dataset.json and a CSV file a centre`);
  }
}
