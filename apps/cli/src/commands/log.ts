import type { Command } from "commander";
import { writeJson } from "../answers.ts";
import { coordinatorOf } from "../access.ts";
import type { Exit } from "../exit.ts";
import { commonOptions } from "../options.ts";
import type { Services } from "../services.ts";

/** `tutti log`: the coordinator's public log, for an audit somewhere else. */
export function addLog(program: Command, services: Services, end: (exit: Exit) => void): void {
  const command = program
    .command("log")
    .description("print the coordinator's public log as JSON: its signed head, and every entry")
    .option("--coordinator <url>", "the network's coordinator (or TUTTI_COORDINATOR)");
  commonOptions(command, "print it as JSON, as it is printed anyhow").action(async (options: { readonly coordinator?: string }) => {
    writeJson(services.console, await services.log(coordinatorOf(options, services.env), services.interrupted));
    end("done");
  });
}
