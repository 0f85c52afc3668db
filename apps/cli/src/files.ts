import { readFileSync, writeFileSync } from "node:fs";
import type { z } from "zod";
import { type Exit, Stop } from "./exit.ts";

/** Reads a text file; stops with a sentence that names it when it can't. */
export function readText(path: string, exit: Exit): string {
  try {
    return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    throw new Stop(exit, `${path}: ${reason(error)}`);
  }
}

/** Writes a text file; stops with a sentence that names it when it can't. */
export function writeText(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch {
    throw new Stop("error", `${path} can't be written: give a path in a folder that you may write`);
  }
}

/** Reads a JSON file. */
export function readJson(path: string, exit: Exit): unknown {
  const text = readText(path, exit);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Stop(exit, `${path} is not valid JSON${position(error)}`);
  }
}

/** Reads a JSON file that a schema describes; names the place of the first thing that is wrong. */
export function readChecked<T>(path: string, schema: z.ZodType<T>, exit: Exit): T {
  const checked = schema.safeParse(readJson(path, exit));
  if (checked.success) return checked.data;
  throw new Stop(exit, `${path}: ${issueText(checked.error.issues)}`);
}

/** The first problem of a file, where it is, and how many more there are. */
export function issueText(issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]): string {
  const [first, ...more] = issues;
  if (first === undefined) return "does not have the form that is asked for";
  const at = first.path.length === 0 ? "" : `at ${first.path.map(String).join(".")}: `;
  return `${at}${first.message}${more.length === 0 ? "" : ` (and ${more.length} more)`}`;
}

function reason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : "";
  if (code === "ENOENT") return "there is no such file";
  if (code === "EACCES" || code === "EPERM") return "it may not be read; check its permissions";
  if (code === "EISDIR") return "it is a folder, not a file";
  return "it cannot be read";
}

/** V8 quotes the text itself in its message; only the place is told. */
function position(error: unknown): string {
  const at = error instanceof Error ? /line (\d+) column (\d+)/.exec(error.message) : null;
  return at === null ? "" : ` (line ${at[1]}, column ${at[2]})`;
}
