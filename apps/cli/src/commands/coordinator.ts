import { resolve } from "node:path";
import type { Command } from "commander";
import { type Exit, Stop } from "../exit.ts";
import { commonOptions, type CommonOptions } from "../options.ts";
import type { Services } from "../services.ts";

interface CoordinatorOptions extends CommonOptions {
  readonly config: string;
}

/** `tutti coordinator …`: what a network's operator asks of the coordinator, on its own machine. */
export function addCoordinator(program: Command, services: Services, end: (exit: Exit) => void): void {
  const coordinator = program.command("coordinator").description("look at a network's coordinator, on its own machine");
  commonOptions(coordinator.command("doctor"), "print what was found as JSON")
    .description(
      "look at everything that the coordinator stands on: keys, roster, dictionaries, certificate, store; exit code 1 if anything is wrong",
    )
    .requiredOption("--config <file>", "the coordinator's configuration, coordinator.json")
    .action(async ({ config, json }: CoordinatorOptions) => {
      const args = ["doctor", "--config", resolve(config), ...(json === true ? ["--json"] : [])];
      const { code, stdout, stderr } = await services.coordinator(args, services.interrupted);
      if (services.interrupted.aborted) return end("interrupted");
      services.console.out(stdout);
      if (code === 0) return end("done");
      if (stdout === "") throw new Stop("error", stderr.trim() || "the coordinator ended without saying why");
      end("error");
    });
}
