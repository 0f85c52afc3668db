import type { Check } from "@tutti/client";
import { writeJson } from "./answers.ts";
import type { Console } from "./console.ts";

/** Writes a checklist on stdout, line by line or as JSON under this name; says whether all of it holds. */
export function writeChecks(console: Console, checks: readonly Check[], name: string, json: boolean): boolean {
  const good = checks.every(({ passed }) => passed);
  if (json) writeJson(console, { [name]: good, checks });
  else for (const { passed, text } of checks) console.out(`${mark(passed, console.colour && console.outIsTerminal)} ${text}\n`);
  return good;
}

function mark(passed: boolean, colour: boolean): string {
  const sign = passed ? "✓" : "✗";
  return colour ? `\u001B[${passed ? 32 : 31}m${sign}\u001B[39m` : sign;
}
