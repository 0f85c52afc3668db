import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { AuditedCentre } from "@tutti/client";
import { type HistoryItem, historyItemSchema, type LogFile, logFileSchema } from "@tutti/protocol";
import type { Command } from "commander";
import { writeChecks } from "../checks.ts";
import { type Exit, Stop } from "../exit.ts";
import { readChecked, readJson } from "../files.ts";
import { commonOptions, type CommonOptions } from "../options.ts";
import type { Services } from "../services.ts";

interface AuditOptions extends CommonOptions {
  readonly roster: string;
  readonly log?: string;
  readonly ledger: readonly string[];
}

/** `tutti audit`: replays ledgers and the coordinator's log, and holds them against each other. */
export function addAudit(program: Command, services: Services, end: (exit: Exit) => void): void {
  const command = program
    .command("audit")
    .description("replay centres' ledgers and the coordinator's log, and hold them against each other")
    .requiredOption("--roster <roster.json>", "the signed list of centres and their keys, all versions")
    .option("--log <url or log.json>", "the coordinator's address, or its log as tutti log prints it")
    .option(
      "--ledger <centre=folder>",
      "the folder of a centre's ledger, or a copy of it; several times for several centres",
      gathered,
      [],
    );
  commonOptions(command, "print the checks as JSON").action(async (options: AuditOptions) => {
    if (options.log === undefined && options.ledger.length === 0) throw new Stop("usage", "give --log, --ledger, or both");
    const roster = readJson(options.roster, "usage");
    const centres = options.ledger.map(centreAt);
    const log = options.log === undefined ? null : await logOf(options.log, services);
    const good = writeChecks(services.console, await services.audit({ roster, log, centres }), "holds", options.json === true);
    if (!good) throw new Stop("error", "something does not hold: keep all files as they are, and do what the failed lines say");
    end("done");
  });
}

function gathered(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

async function logOf(where: string, { log, interrupted }: Services): Promise<LogFile> {
  return /^https?:\/\//.test(where) ? log(where, interrupted) : readChecked(where, logFileSchema, "usage");
}

function centreAt(said: string): AuditedCentre {
  const at = said.indexOf("=");
  if (at < 1) throw new Stop("usage", "--ledger names a centre and its folder, such as necker=/var/lib/tutti/ledger");
  const [name, folder] = [said.slice(0, at), said.slice(at + 1)];
  const head = join(folder, "log-head.json");
  return {
    name,
    ledger: bytesOf(join(folder, "ledger.jsonl")),
    history: historyIn(join(folder, "history.jsonl")),
    logHead: existsSync(head) ? readJson(head, "usage") : null,
  };
}

function bytesOf(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch {
    throw new Stop("usage", `${path} can't be read: give the folder of an agent's ledger, as a user who may read it`);
  }
}

/** The items of a history, which is the third field of each line. What the agent has noted beside them is its own. */
function historyIn(path: string): readonly HistoryItem[] {
  if (!existsSync(path)) return [];
  const lines = Buffer.from(bytesOf(path)).toString("utf8").split("\n").slice(0, -1);
  return lines.map((line, i) => {
    const item = historyItemSchema.safeParse(json(line.split("\t")[2]));
    if (!item.success) throw new Stop("error", `${path}, line ${i + 1}, is no past session: restore the newest copy of the folder`);
    return item.data;
  });
}

function json(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}
