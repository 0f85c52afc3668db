import { writeSync } from "node:fs";
import { parseArgs } from "node:util";
import { pino } from "pino";
import type { AgentLog } from "./agent-log.ts";
import { readConfig } from "./config.ts";
import { placesOf } from "./fault-fields.ts";
import { preview, previewText } from "./preview.ts";
import { start } from "./start.ts";
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

/** What the program is asked to do. */
interface Arguments {
  readonly config: string;
  /** The query to preview; null to run. */
  readonly query: string | null;
  readonly json: boolean;
}

function readArguments(): Arguments {
  try {
    const { values, positionals } = parseArgs({
      options: { config: { type: "string" }, json: { type: "boolean", default: false } },
      allowPositionals: true,
    });
    const { config, json } = values;
    const [command, query, ...more] = positionals;
    if (config !== undefined && command === undefined && !json) return { config, query: null, json };
    if (config !== undefined && command === "preview" && query !== undefined && more.length === 0) return { config, query, json };
  } catch {
    // Said below.
  }
  throw new StartProblem(
    "give the path of the agent's configuration, and nothing else: --config FILE; or, to see what this centre would contribute to a query: preview --config FILE QUERY [--json]",
  );
}

/** Prints what this centre would contribute to a query: to standard output, and nowhere else. */
async function shown({ config, json }: Arguments, query: string): Promise<number> {
  try {
    const contributed = await preview(readConfig(config), query);
    writeSync(1, json ? `${JSON.stringify(contributed, null, 2)}\n` : previewText(contributed));
    return 0;
  } catch (error) {
    if (!(error instanceof StartProblem)) throw error;
    writeSync(2, `${error.message}\n`);
    return 1;
  }
}

async function main(): Promise<number> {
  const asked = new AbortController();
  try {
    const asking = readArguments();
    if (asking.query !== null) return await shown(asking, asking.query);
    const config = readConfig(asking.config);
    const log: AgentLog = pino({ level: config.logLevel, base: { centre: config.centre } }, pino.destination({ fd: 2, sync: true }));
    untilAsked(config.exitWithParent, asked, log);
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
