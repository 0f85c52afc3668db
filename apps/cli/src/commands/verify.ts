import type { Command } from "commander";
import { writeChecks } from "../checks.ts";
import { Stop, type Exit } from "../exit.ts";
import { readJson } from "../files.ts";
import { commonOptions, type CommonOptions } from "../options.ts";
import type { Services } from "../services.ts";

interface VerifyOptions extends CommonOptions {
  readonly roster: string;
  readonly query?: string;
  readonly receipt?: string;
}

/** `tutti verify release.json --roster roster.json`: checks a release offline, one thing after another. */
export function addVerify(program: Command, services: Services, end: (exit: Exit) => void): void {
  const command = program
    .command("verify")
    .description("check a release against the roster, offline: who signed it, under which rule, and that nothing was changed")
    .argument("<release.json>", "a release as printed by --json, or its bare envelope")
    .requiredOption("--roster <roster.json>", "the signed list of centres and their keys")
    .option("--query <query.json>", "check that this is the query that was answered")
    .option(
      "--receipt <receipt.json>",
      "check where it comes from: who took part, how far each ledger went, its place in the coordinator's log",
    );
  commonOptions(command, "print the checks as JSON").action(async (path: string, options: VerifyOptions) => {
    const evidence = {
      ...(options.query === undefined ? {} : { query: readJson(options.query, "usage") }),
      ...(options.receipt === undefined ? {} : { receipt: readJson(options.receipt, "usage") }),
    };
    const checks = await services.checklist(readJson(path, "usage"), readJson(options.roster, "usage"), evidence);
    if (!writeChecks(services.console, checks, "verified", options.json === true))
      throw new Stop("error", `${path} is not a release that this network signed; do not rely on its numbers`);
    end("done");
  });
}
