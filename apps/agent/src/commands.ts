import { parseArgs } from "node:util";
import { readConfig } from "./config.ts";
import { StartProblem } from "./start-problem.ts";

/** What a command prints to standard output, and the code with which the program ends. */
export interface Printed {
  readonly text: string;
  readonly code: 0 | 1;
}

/** What this program does beside running: each looks, prints, and ends. `rest` are the arguments that are no options. */
interface Command {
  /** Its arguments beside `--config FILE` and `--json`. */
  readonly takes: readonly string[];
  /** Its own options, each with a value. */
  readonly options?: readonly Option[];
  run(config: string, rest: readonly string[], json: boolean, options: Options): Promise<Printed>;
}

const OPTIONS = ["by", "reason", "version", "passphrase-file"] as const;
type Option = (typeof OPTIONS)[number];
type Options = { readonly [O in Option]?: string | undefined };

// A command loads what it needs, and nothing else.
const backups = () => import("./backup.ts");
const rosters = () => import("./roster/roster-commands.ts");
const queue = () => import("./consent/queue-commands.ts");

const COMMANDS: Readonly<Record<string, Command>> = {
  preview: {
    takes: ["QUERY"],
    run: async (config, [query], json) => {
      const { preview, previewText } = await import("./preview.ts");
      return printed(await preview(readConfig(config), query!), json, previewText);
    },
  },
  doctor: {
    takes: [],
    run: async (config, _, json) => {
      const { diagnose, diagnosisText } = await import("./doctor/doctor.ts");
      const diagnosis = await diagnose(config);
      return { ...printed(diagnosis, json, diagnosisText), code: diagnosis.healthy ? 0 : 1 };
    },
  },
  status: {
    takes: [],
    run: async (config, _, json) => {
      const { foundStatus, statusText } = await import("./status.ts");
      const found = foundStatus(readConfig(config), Date.now());
      return { ...printed(found, json, statusText), code: found.healthy ? 0 : 1 };
    },
  },
  roster: {
    takes: [],
    run: async (config, _, json) => {
      const { rosterText, rosterView } = await rosters();
      return printed(rosterView(readConfig(config)), json, rosterText);
    },
  },
  "accept-roster": {
    takes: [],
    options: ["version", "by"],
    run: async (config, _, json, { version, by }) => {
      const { acceptedText, acceptRoster } = await rosters();
      return printed(await acceptRoster(readConfig(config), version, by, Date.now()), json, acceptedText);
    },
  },
  backup: {
    takes: ["FILE"],
    options: ["passphrase-file"],
    run: async (config, [to], json, options) => {
      const { backUp, backupText } = await backups();
      return printed(await backUp(readConfig(config), to!, Date.now(), options["passphrase-file"]), json, backupText);
    },
  },
  restore: {
    takes: ["FILE"],
    options: ["passphrase-file"],
    run: async (config, [from], json, options) => {
      const { backupText, restore } = await backups();
      return printed(await restore(readConfig(config), from!, options["passphrase-file"]), json, backupText);
    },
  },
  queue: {
    takes: [],
    run: async (config, _, json) => {
      const { queueOf, queueText } = await queue();
      return printed(queueOf(readConfig(config), Date.now()), json, queueText);
    },
  },
  show: {
    takes: ["ID"],
    run: async (config, [id], json) => {
      const { shownOf, shownText } = await queue();
      return printed(await shownOf(readConfig(config), id!, Date.now()), json, shownText);
    },
  },
  approve: {
    takes: ["ID"],
    options: ["by"],
    run: async (config, [id], json, { by }) => {
      const { approve, doneText } = await queue();
      return printed(await approve(readConfig(config), id!, by, Date.now()), json, doneText);
    },
  },
  deny: {
    takes: ["ID"],
    options: ["reason", "by"],
    run: async (config, [id], json, { by, reason }) => {
      const { deny, doneText } = await queue();
      return printed(await deny(readConfig(config), id!, reason, by, Date.now()), json, doneText);
    },
  },
  stop: {
    takes: [],
    options: ["by"],
    run: async (config, _, json, { by }) => {
      const { doneText, stop } = await queue();
      return printed(await stop(readConfig(config), by, Date.now()), json, doneText);
    },
  },
  resume: {
    takes: [],
    options: ["by"],
    run: async (config, _, json, { by }) => {
      const { doneText, resume } = await queue();
      return printed(await resume(readConfig(config), by, Date.now()), json, doneText);
    },
  },
};

function printed<T>(value: T, json: boolean, textOf: (value: T) => string): Printed {
  return { text: json ? jsonText(value) : textOf(value), code: 0 };
}

/** Runs the command that the arguments begin with; null when they begin with none. StartProblem when it can't do what it is asked to. */
export async function command(args: readonly string[]): Promise<Printed | null> {
  const [name, ...rest] = args;
  if (name === undefined || !Object.hasOwn(COMMANDS, name)) return null;
  const { takes, options = [], run } = COMMANDS[name]!;
  const usage = [
    name,
    "--config FILE",
    ...takes,
    ...options.map((one) => `[--${one} ${one === "passphrase-file" ? "FILE" : one.toUpperCase()}]`),
    "[--json]",
  ].join(" ");
  let parsed;
  try {
    parsed = parseArgs({
      args: rest,
      options: {
        config: { type: "string" },
        json: { type: "boolean", default: false },
        by: { type: "string" },
        reason: { type: "string" },
        version: { type: "string" },
        "passphrase-file": { type: "string" },
      },
      allowPositionals: true,
    });
  } catch {
    throw new StartProblem(`usage: ${usage}`);
  }
  const { values, positionals } = parsed;
  const given = OPTIONS.filter((one) => values[one] !== undefined);
  if (values.config === undefined || positionals.length !== takes.length || given.some((one) => !options.includes(one)))
    throw new StartProblem(`usage: ${usage}`);
  return run(values.config, positionals, values.json, values);
}

/** The names of the commands, for people. */
export function commandNames(): string {
  return Object.keys(COMMANDS).join(", ");
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
