import { type Dataset, datasetName } from "@tutti/dataset";
import { type StandingRules, standingRulesSchema } from "@tutti/protocol";
import { nearest } from "@tutti/query";
import { issueOf, jsonAt } from "../dataset-files.ts";
import { StartProblem } from "../start-problem.ts";

/** What a centre without the file does: it answers. */
export const ANSWER_ALL: StandingRules = Object.freeze({ rules: [], otherwise: "answer", beforeShares: "send" });

/**
 * Reads `rules.json`. StartProblem when it is none, and when it names a dataset or a variable that no dictionary of this centre has: a rule that
 * is misspelt would guard nothing.
 */
export function readRules(path: string | undefined, datasets: readonly Dataset[]): StandingRules {
  if (path === undefined) return ANSWER_ALL;
  const parsed = standingRulesSchema.safeParse(jsonAt(path));
  if (!parsed.success) throw new StartProblem(`${path}: ${issueOf(parsed.error.issues)}`);
  const named = datasets.map(datasetName);
  const variables = datasets.flatMap((dataset) => Object.keys(dataset.variables));
  for (const { name, dataset, variables: touched } of parsed.data.rules) {
    demandKnown(`${path}: rule ${name}`, "dataset", dataset === undefined ? [] : Object.values(dataset).flat(), named);
    demandKnown(`${path}: rule ${name}`, "variable", touched === undefined ? [] : Object.values(touched).flat(), variables);
  }
  return Object.freeze(parsed.data);
}

function demandKnown(where: string, what: string, names: readonly string[], known: readonly string[]): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const meant = nearest(unknown, known);
  const hint = meant === null ? `see this centre's dictionaries` : `did you mean ${JSON.stringify(meant)}?`;
  throw new StartProblem(`${where}: no dictionary of this centre has the ${what} ${JSON.stringify(unknown.slice(0, 40))}: ${hint}`);
}
