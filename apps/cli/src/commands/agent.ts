import { resolve } from "node:path";
import type { Command } from "commander";
import { type Exit, Stop } from "../exit.ts";
import { commonOptions, type CommonOptions } from "../options.ts";
import { addConsent } from "./agentConsent.ts";
import { addAgentRoster } from "./agentRoster.ts";
import { type BackupPassphrase, PASSPHRASE, passphraseArgs } from "./backupPassphrase.ts";
import type { Services } from "../services.ts";

/** Options of every command about an agent. */
export interface AgentOptions extends CommonOptions {
  readonly config: string;
}

interface BackupOptions extends AgentOptions, BackupPassphrase {}

/** `tutti agent …`: what a centre's engineer or data manager asks of the agent, on the agent's own machine. */
export function addAgent(program: Command, services: Services, end: (exit: Exit) => void): void {
  const agent = program.command("agent").description("look at a centre's agent, on the centre's own machine");
  /** Has the agent's program do it; what it prints is passed on, and its code is this command's. */
  const passOn = async (name: string, { config, json }: AgentOptions, ...more: readonly string[]): Promise<void> => {
    const args = [name, "--config", resolve(config), ...more, ...(json === true ? ["--json"] : [])];
    const { code, stdout, stderr } = await services.agent(args, services.interrupted);
    if (services.interrupted.aborted) return end("interrupted");
    services.console.out(stdout);
    if (code === 0) return end("done");
    if (stdout === "") throw new Stop("error", stderr.trim() || "the agent ended without saying why");
    end("error");
  };
  const add = (name: string, description: string, json: string): Command =>
    commonOptions(agent.command(name), json)
      .description(description)
      .requiredOption("--config <file>", "the agent's configuration, agent.json");

  add(
    "preview",
    "show the data manager what this centre would contribute to a query: its own counts, before they are shared",
    "print the numbers as JSON",
  )
    .argument("<query>", "query.json")
    .action((query: string, options: AgentOptions) => passOn("preview", options, resolve(query)));
  add(
    "doctor",
    "look at everything that the agent stands on: files, keys, data, memory, and the way to the coordinator, step by step",
    "print what was found as JSON",
  ).action((options: AgentOptions) => passOn("doctor", options));
  add(
    "status",
    "say how the agent is, from the file that it writes while it runs; exit code 1 when somebody has to act",
    "print it as JSON",
  ).action((options: AgentOptions) => passOn("status", options));
  add(
    "backup",
    "copy the whole folder of the ledger into one file, also while the agent runs; without a passphrase it is as secret as the folder",
    "print what was copied as JSON",
  )
    .argument("<file>", "a new file")
    .option("--passphrase-file <file>", PASSPHRASE.backup)
    .action((to: string, options: BackupOptions) => passOn("backup", options, resolve(to), ...passphraseArgs(options)));
  add("restore", "put a backup where the ledger's folder was, which has to be moved away first", "print what was restored as JSON")
    .argument("<file>", "the newest backup")
    .option("--passphrase-file <file>", PASSPHRASE.restore)
    .action((from: string, options: BackupOptions) => passOn("restore", options, resolve(from), ...passphraseArgs(options)));
  addConsent(agent, passOn);
  addAgentRoster(agent, passOn);
}
