import type { Dataset } from "@tutti/dataset";
import { check, type Problem, type Query, querySchema } from "@tutti/query";
import { Stop } from "./exit.ts";
import { readChecked, readJson } from "./files.ts";

/** Reads a query's form; whether its variables exist is the network's to say. */
export function parseQuery(path: string): Query {
  return readChecked(path, querySchema, "usage");
}

/** Reads a query and holds it against a dictionary: an unknown variable, code, cut point or version stops here. */
export function readQuery(path: string, dataset: Dataset): Query {
  return checkQuery(readJson(path, "usage"), dataset, path);
}

/** Holds a query against a dictionary. `where` is how people find it: its file, perhaps a section. */
export function checkQuery(query: unknown, dataset: Dataset, where: string): Query {
  const checked = check(query, dataset);
  if (checked.ok) return checked.query;
  throw new Stop("usage", checked.problems.map((problem) => problemText(problem, where)).join("\n"));
}

function problemText({ path, message }: Problem, where: string): string {
  return `${where}: ${path === "" ? "" : `at ${path}: `}${message}`;
}
