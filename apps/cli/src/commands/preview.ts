import { resolve } from "node:path";
import type { Command } from "commander";
import { type Exit, Stop } from "../exit.ts";
import { commonOptions, type CommonOptions } from "../options.ts";
import type { Services } from "../services.ts";

interface PreviewOptions extends CommonOptions {
  readonly config: string;
}

/** `tutti agent preview QUERY`: what this centre would contribute to a query; it asks nobody, and the numbers stay on this machine. */
export function addPreview(program: Command, services: Services, end: (exit: Exit) => void): void {
  const command = program
    .command("agent")
    .description("look at a centre's agent, on the centre's own machine")
    .command("preview")
    .description("show the data manager what this centre would contribute to a query: its own counts, before they are shared")
    .argument("<query>", "query.json")
    .requiredOption("--config <file>", "the agent's configuration, agent.json");
  commonOptions(command, "print the numbers as JSON").action(async (query: string, { config, json }: PreviewOptions) => {
    const { code, stdout, stderr } = await services.agent(
      ["preview", "--config", resolve(config), resolve(query), ...(json === true ? ["--json"] : [])],
      services.interrupted,
    );
    if (services.interrupted.aborted) return end("interrupted");
    if (code !== 0) throw new Stop("error", stderr.trim() || "the agent ended without saying why");
    services.console.out(stdout);
    end("done");
  });
}
