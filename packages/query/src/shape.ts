import type { z } from "zod";
import { type Problem, quoted, within } from "./problem.ts";
import { comparisonSchema } from "./query.ts";

type Issue = z.core.$ZodIssue;

/** Says where something is not a query, as near to the mistake as can be told. */
export function misshapen(raw: unknown, issues: readonly Issue[]): readonly Problem[] {
  const inWhere = issues.filter((issue) => issue.path[0] === "where" && !(issue.code === "too_big" && issue.path.length === 1));
  const elsewhere = issues.filter((issue) => !inWhere.includes(issue)).map((issue) => problem(issue, ""));
  if (inWhere.length === 0) return elsewhere;
  const located = conditionProblems(Reflect.get(Object(raw), "where"), "where");
  return [...(located.length > 0 ? located : inWhere.map((issue) => problem(issue, ""))), ...elsewhere];
}

/** The condition is known to be small: the schema looks at its size first. */
function conditionProblems(raw: unknown, path: string): Problem[] {
  const [key, ...more] = typeof raw === "object" && raw !== null ? Object.keys(raw) : [];
  if (key !== undefined && more.length === 0) {
    const inside: unknown = Reflect.get(Object(raw), key);
    if (key === "not") return conditionProblems(inside, within(path, key));
    if (key === "all" || key === "any") {
      if (Array.isArray(inside) && inside.length > 0) return inside.flatMap((child, i) => conditionProblems(child, within(path, key, i)));
      return [{ code: "shape", path: within(path, key), message: `"${key}" holds a list of at least one condition` }];
    }
  }
  const parsed = comparisonSchema.safeParse(raw);
  return parsed.success ? [] : parsed.error.issues.map((issue) => problem(issue, path));
}

function problem(issue: Issue, path: string): Problem {
  return { code: issue.code === "too_big" ? "limit" : "shape", path: within(path, ...issue.path), message: wording(issue) };
}

function wording(issue: Issue): string {
  if (issue.code === "unrecognized_keys")
    return `nothing is known by this name here: leave out ${issue.keys.slice(0, 3).map(quoted).join(", ")}`;
  if (issue.code === "invalid_type") {
    const what = issue.path.length === 0 ? "a query is an object" : `a value of type ${issue.expected} belongs here`;
    return `${what}: docs/spec/query.md begins with an example`;
  }
  return issue.message;
}
