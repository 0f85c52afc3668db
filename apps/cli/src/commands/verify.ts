import type { Command } from "commander";
import { writeJson } from "../answers.ts";
import { Stop, type Exit } from "../exit.ts";
import { readJson } from "../files.ts";
import { commonOptions, type CommonOptions } from "../options.ts";
import type { Services } from "../services.ts";

interface VerifyOptions extends CommonOptions {
  readonly roster: string;
}

/** `tutti verify release.json --roster roster.json`: checks a release offline, one thing after another. */
export function addVerify(program: Command, services: Services, end: (exit: Exit) => void): void {
  const command = program
    .command("verify")
    .description("check a release against the roster, offline: who signed it, and that nothing was changed")
    .argument("<release.json>", "a release as printed by --json, or its bare envelope")
    .requiredOption("--roster <roster.json>", "the signed list of centres and their keys");
  commonOptions(command, "print the checks as JSON").action((path: string, options: VerifyOptions) => {
    const { console } = services;
    const checks = services.checklist(readJson(path, "usage"), readJson(options.roster, "usage"));
    const good = checks.every((item) => item.passed);
    if (options.json === true) writeJson(console, { verified: good, checks });
    else for (const { passed, text } of checks) console.out(`${mark(passed, console.colour && console.outIsTerminal)} ${text}\n`);
    if (!good) throw new Stop("error", `${path} is not a release that this network signed; do not rely on its numbers`);
    end("done");
  });
}

function mark(passed: boolean, colour: boolean): string {
  const sign = passed ? "✓" : "✗";
  return colour ? `\u001B[${passed ? 32 : 31}m${sign}\u001B[39m` : sign;
}
