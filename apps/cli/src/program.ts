import { Command, CommanderError } from "commander";
import { addAgent } from "./commands/agent.ts";
import { addAudit } from "./commands/audit.ts";
import { addCentre } from "./commands/centre.ts";
import { addCoordinator } from "./commands/coordinator.ts";
import { addDemo } from "./commands/demo.ts";
import { addInfer } from "./commands/infer.ts";
import { addKeygen } from "./commands/keygen.ts";
import { addLog } from "./commands/log.ts";
import { addNetwork } from "./commands/network.ts";
import { addQuery } from "./commands/query.ts";
import { addReport } from "./commands/report.ts";
import { addSandbox } from "./commands/sandbox.ts";
import { addStatus } from "./commands/status.ts";
import { addToken } from "./commands/token.ts";
import { addVerify } from "./commands/verify.ts";
import { type Exit, Stop } from "./exit.ts";
import type { Services } from "./services.ts";

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
  const commands = [
    addDemo,
    addSandbox,
    addQuery,
    addStatus,
    addReport,
    addVerify,
    addLog,
    addAudit,
    addInfer,
    addKeygen,
    addNetwork,
    addCentre,
    addAgent,
    addCoordinator,
    addToken,
  ];
  for (const add of commands) add(program, services, end);
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
