import { Command, CommanderError } from "commander";
import { type Exit, Stop } from "./exit.ts";
import type { Services } from "./services.ts";

/** Adds a command to the program. */
type Add = (program: Command, services: Services, end: (exit: Exit) => void) => void;

/** The commands in the order of the help, by the word that they begin with; each is loaded when it is asked for, with what it needs. */
export const COMMANDS: Readonly<Record<string, () => Promise<Add>>> = {
  demo: async () => (await import("./commands/demo.ts")).addDemo,
  sandbox: async () => (await import("./commands/sandbox.ts")).addSandbox,
  query: async () => (await import("./commands/query.ts")).addQuery,
  status: async () => (await import("./commands/status.ts")).addStatus,
  report: async () => (await import("./commands/report.ts")).addReport,
  verify: async () => (await import("./commands/verify.ts")).addVerify,
  log: async () => (await import("./commands/log.ts")).addLog,
  audit: async () => (await import("./commands/audit.ts")).addAudit,
  dataset: async () => (await import("./commands/infer.ts")).addInfer,
  keygen: async () => (await import("./commands/keygen.ts")).addKeygen,
  network: async () => (await import("./commands/network.ts")).addNetwork,
  centre: async () => (await import("./commands/centre.ts")).addCentre,
  agent: async () => (await import("./commands/agent.ts")).addAgent,
  coordinator: async () => (await import("./commands/coordinator.ts")).addCoordinator,
  token: async () => (await import("./commands/token.ts")).addToken,
};

const EXITS =
  "\nExit codes: 0 done · 1 error · 2 usage or invalid query · 3 refused by policy · 4 too few centres · 5 everything hidden · 6 timed out";

/** Runs the command with its arguments (without `node` and the program) and says how it ended; it never throws. */
export async function run(args: readonly string[], services: Services): Promise<Exit> {
  const { console } = services;
  let exit: Exit = "done";
  const end = (how: Exit) => {
    exit = how;
  };
  const program = new Command("tutti")
    .description("Ask a network of hospitals; no patient leaves, and no small number opens.")
    .addHelpText("after", EXITS)
    .configureOutput({ writeOut: console.out, writeErr: console.err })
    .showSuggestionAfterError(true)
    .exitOverride();
  const [word = ""] = args;
  const wanted = Object.hasOwn(COMMANDS, word) ? [COMMANDS[word]!] : Object.values(COMMANDS);
  for (const add of await Promise.all(wanted.map((load) => load()))) add(program, services, end);
  try {
    await program.parseAsync([...args], { from: "user" });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? "done" : "usage";
    if (error instanceof Stop) {
      console.err(`tutti: ${error.message}\n`);
      return error.exit;
    }
    if (services.interrupted.aborted) return "interrupted";
    console.err(`tutti: ${error instanceof Error ? error.message : "something went wrong that has no name"}\n`);
    return "error";
  }
}
