import { resolve } from "node:path";
import type { Command } from "commander";
import { type Exit, Stop } from "../exit.ts";
import { several } from "../options.ts";
import type { Services } from "../services.ts";

interface TokenOptions {
  readonly config: string;
  readonly json?: boolean;
  readonly name?: string;
  readonly role?: string;
  readonly dataset?: readonly string[];
  readonly action?: readonly string[];
  readonly expires?: string;
}

/** What each of the commands passes on. */
function common({ config, json }: TokenOptions): readonly string[] {
  return ["--config", resolve(config), ...(json === true ? ["--json"] : [])];
}

/** `tutti token create|list|revoke`: who is let in at a coordinator, on its own machine, while it runs or not. */
export function addToken(program: Command, services: Services, end: (exit: Exit) => void): void {
  const token = program.command("token").description("make, list and revoke the tokens of researchers, operators and auditors");

  const run = async (args: readonly string[]) => {
    const { code, stdout, stderr } = await services.coordinator(["token", ...args], services.interrupted);
    if (services.interrupted.aborted) return end("interrupted");
    if (code !== 0) throw new Stop("error", stderr.trim() || "the coordinator ended without saying why");
    services.console.out(stdout);
    if (stderr !== "") services.console.err(stderr);
    end("done");
  };
  const command = (name: string) =>
    token
      .command(name)
      .requiredOption("--config <file>", "the coordinator's configuration, coordinator.json")
      .option("--json", "print JSON");

  command("create")
    .description("make a token; it is printed this once, and kept nowhere")
    .requiredOption("--name <name>", "the holder's name; every offer says it as that of the requester")
    .option("--role <role>", "researcher, coordinator or auditor", "researcher")
    .option("--dataset <id>", "a dictionary that may be asked about; may be given several times; all when left out", several, [])
    .option("--action <endpoint>", "an endpoint that may be called; may be given several times; all of the role when left out", several, [])
    .option("--expires <end>", "days from now as 90d, a day as 2027-01-31, or never", "90d")
    .action(async (options: TokenOptions) => {
      const { name = "", role = "", dataset = [], action = [], expires = "" } = options;
      await run([
        "create",
        ...common(options),
        "--name",
        name,
        "--role",
        role,
        "--expires",
        expires,
        ...dataset.flatMap((id) => ["--dataset", id]),
        ...action.flatMap((endpoint) => ["--action", endpoint]),
      ]);
    });
  command("list")
    .description("list all tokens that were made by command, without anything that lets anybody in")
    .action((options: TokenOptions) => run(["list", ...common(options)]));
  command("revoke")
    .description("end a token; it counts no more from this moment on")
    .argument("<id>", "its id, as list shows it")
    .action((id: string, options: TokenOptions) => run(["revoke", ...common(options), id]));
}
