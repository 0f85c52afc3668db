import type { Dataset } from "@tutti/dataset";
import { check, type Query, querySchema } from "@tutti/query";
import { Stop } from "./exit.ts";
import { readChecked } from "./files.ts";

/** Reads a query's form; whether its variables exist is the network's to say. */
export function parseQuery(path: string): Query {
  return readChecked(path, querySchema, "usage");
}

/** Reads a query and holds it against a dictionary: an unknown variable, code, cut point or version stops here. */
export function readQuery(path: string, dataset: Dataset): Query {
  return checkQuery(parseQuery(path), dataset, path);
}

/** Holds a query against a dictionary. `where` is how people find it: its file, perhaps a section. */
export function checkQuery(query: Query, dataset: Dataset, where: string): Query {
  const problems = check(query, dataset);
  if (problems.length > 0) throw new Stop("usage", `${where}: ${problems.map((problem) => problem.message).join("; ")}`);
  return query;
}
