import { readFileSync } from "node:fs";
import { type Dataset, datasetSchema } from "@tutti/dataset";
import type { PatientNumbers } from "./guard/patient-numbers.ts";
import { DataProblem } from "./source/data-problem.ts";
import { SourceError } from "./source/source-error.ts";
import type { Source } from "./source/source.ts";
import { StartProblem } from "./start-problem.ts";

/** Reads a dictionary. StartProblem when it is none. */
export function readDataset(dictionary: string): Dataset {
  const parsed = datasetSchema.safeParse(jsonAt(dictionary));
  if (!parsed.success) throw new StartProblem(`${dictionary}: ${issueOf(parsed.error.issues)}`);
  return parsed.data;
}

/** Opens the data of a dictionary. StartProblem when they don't fit it; numbers that nobody keeps if absent. */
export async function openDataset(dataset: Dataset, data: string, numbers?: PatientNumbers): Promise<Source> {
  // The database is loaded by who asks of data: most commands do not.
  const { openSource } = await import("./source/source.ts");
  try {
    return await openSource({ dataset, data, numbers });
  } catch (error) {
    throw error instanceof DataProblem || error instanceof SourceError ? new StartProblem(error.message) : error;
  }
}

/** What is wrong with a file of JSON, in one sentence. */
export function issueOf(issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]): string {
  const { path, message } = issues[0]!;
  return `${path.map(String).join(".") || "the file"}: ${message}`;
}

/** The text of a file. StartProblem when it can't be read. */
export function textAt(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new StartProblem(`${path} can't be read: check the path in the agent's configuration, and that the agent's user may read it`);
  }
}

/** The JSON of a file. StartProblem when it can't be read as such. */
export function jsonAt(path: string): unknown {
  try {
    return JSON.parse(textAt(path));
  } catch (error) {
    throw error instanceof StartProblem ? error : new StartProblem(`${path} is not JSON: restore it from your copy`);
  }
}
