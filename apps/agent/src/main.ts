import { writeSync } from "node:fs";
import { parseArgs } from "node:util";
import { placesOf } from "@tutti/platform";
import type { AgentLog } from "./agent-log.ts";
import { command, commandNames } from "./commands.ts";
import { readConfig } from "./config.ts";
import { StartProblem } from "./start-problem.ts";

/** Longest time from being asked to end to ending. */
const END_MS = 900;

/** Tells the process that started this one, in the first line of standard output, that the agent is ready, or why it is not. */
function say(line: { readonly ready: true } | { readonly ready: false; readonly problem: string }): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

/** Aborts on SIGTERM, SIGINT, and, where asked, when standard input ends. */
function untilAsked(exitWithParent: boolean, asked: AbortController, log: AgentLog): void {
  const end = () => {
    if (asked.signal.aborted) return;
    log.info({}, "asked to end");
    asked.abort();
    setTimeout(() => process.exit(0), END_MS).unref();
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
  if (!exitWithParent) return;
  process.stdin.on("end", end).on("close", end).on("error", end).resume();
}

/** The path of the configuration to run with. */
function configPath(args: readonly string[]): string {
  try {
    const { config } = parseArgs({ args: [...args], options: { config: { type: "string" } } }).values;
    if (config !== undefined) return config;
  } catch {
    // Said below.
  }
  throw new StartProblem(
    `give the path of the agent's configuration, and nothing else: --config FILE; or one of the commands ${commandNames()}, with --config FILE`,
  );
}

/** Runs a command, whose output is for the one who asks; null when the arguments name none. */
async function commanded(args: readonly string[]): Promise<number | null> {
  try {
    const printed = await command(args);
    if (printed === null) return null;
    writeSync(1, printed.text);
    return printed.code;
  } catch (error) {
    if (!(error instanceof StartProblem)) throw error;
    writeSync(2, `${error.message}\n`);
    return 1;
  }
}

async function main(): Promise<number> {
  const asked = new AbortController();
  try {
    const args = process.argv.slice(2);
    const code = await commanded(args);
    if (code !== null) return code;
    const config = readConfig(configPath(args));
    const { pino } = await import("pino");
    const log: AgentLog = pino({ level: config.logLevel, base: { centre: config.centre } }, pino.destination({ fd: 2, sync: true }));
    untilAsked(config.exitWithParent, asked, log);
    // Commands do without what an agent runs on: its database and its way to the coordinator.
    const { start } = await import("./start.ts");
    const { ended } = await start(config, log, asked.signal);
    say({ ready: true });
    log.info({}, "ready");
    await ended;
    return 0;
  } catch (error) {
    if (asked.signal.aborted) return 0;
    const known = error instanceof StartProblem;
    say({
      ready: false,
      problem: known ? error.message : "the agent made a mistake while it started: report what it wrote to standard error",
    });
    // Where it happened, without the message: that of an unknown error may hold anything.
    if (!known && error instanceof Error) writeSync(2, `${error.name}\n${placesOf(error)}\n`);
    return 1;
  }
}

process.exit(await main());
