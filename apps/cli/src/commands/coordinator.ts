import { resolve } from "node:path";
import type { Command } from "commander";
import { type Exit, Stop } from "../exit.ts";
import { commonOptions, type CommonOptions } from "../options.ts";
import type { Services } from "../services.ts";
import { type BackupPassphrase, PASSPHRASE, passphraseArgs } from "./backupPassphrase.ts";

interface CoordinatorOptions extends CommonOptions {
  readonly config: string;
}

interface BackupOptions extends CoordinatorOptions, BackupPassphrase {}

/** `tutti coordinator …`: what a network's operator asks of the coordinator, on its own machine. */
export function addCoordinator(program: Command, services: Services, end: (exit: Exit) => void): void {
  const coordinator = program.command("coordinator").description("look at a network's coordinator, on its own machine");
  const passOn = async (name: string, { config, json }: CoordinatorOptions, ...more: readonly string[]): Promise<void> => {
    const args = [name, "--config", resolve(config), ...more, ...(json === true ? ["--json"] : [])];
    const { code, stdout, stderr } = await services.coordinator(args, services.interrupted);
    if (services.interrupted.aborted) return end("interrupted");
    services.console.out(stdout);
    if (code === 0) return end("done");
    if (stdout === "") throw new Stop("error", stderr.trim() || "the coordinator ended without saying why");
    end("error");
  };
  const add = (name: string, description: string, json: string): Command =>
    commonOptions(coordinator.command(name), json)
      .description(description)
      .requiredOption("--config <file>", "the coordinator's configuration, coordinator.json");

  add(
    "doctor",
    "look at everything that the coordinator stands on: keys, roster, dictionaries, certificate, store; exit code 1 if anything is wrong",
    "print what was found as JSON",
  ).action((options: CoordinatorOptions) => passOn("doctor", options));
  add(
    "backup",
    "copy the store, a file or a PostgreSQL database, into one file, also while the coordinator runs",
    "print what was copied as JSON",
  )
    .argument("<file>", "a new file")
    .option("--passphrase-file <file>", PASSPHRASE.backup)
    .action((to: string, options: BackupOptions) => passOn("backup", options, resolve(to), ...passphraseArgs(options)));
  add(
    "restore",
    "put a backup where the store was, which has to be moved away first, or into an empty database",
    "print what was restored as JSON",
  )
    .argument("<file>", "the newest backup")
    .option("--passphrase-file <file>", PASSPHRASE.restore)
    .action((from: string, options: BackupOptions) => passOn("restore", options, resolve(from), ...passphraseArgs(options)));
}
