import type { Command } from "commander";
import { Stop } from "../exit.ts";
import { commonOptions } from "../options.ts";
import type { AgentOptions } from "./agent.ts";

interface RosterOptions extends AgentOptions {
  readonly version?: string;
  readonly by?: string;
}

/** `tutti agent roster`: which version counts at this centre, and what those change that wait; `accept` is a person's yes, also while the agent is down. */
export function addAgentRoster(
  agent: Command,
  passOn: (name: string, options: AgentOptions, ...more: readonly string[]) => Promise<void>,
): void {
  commonOptions(agent.command("roster"), "print it as JSON")
    .description("show the roster that counts here, and the versions that wait for a yes; roster accept --version N: say it")
    .argument("[accept]", "accept, to say yes to the version and to all before it")
    .requiredOption("--config <file>", "the agent's configuration, agent.json")
    .option("--version <number>", "the version, as tutti agent roster shows it")
    .option("--by <name>", "who says yes; the user of the operating system if left out")
    .action((accept: string | undefined, options: RosterOptions) => {
      if (accept === undefined) return passOn("roster", options);
      if (accept !== "accept" || options.version === undefined)
        throw new Stop("usage", "tutti agent roster shows what waits; tutti agent roster accept --version N says yes to it");
      const by = options.by === undefined ? [] : ["--by", options.by];
      return passOn("accept-roster", options, "--version", options.version, ...by);
    });
}
