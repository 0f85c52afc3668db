import { parseArgs } from "node:util";
import { ConfigFault, readConfig } from "./config.ts";
import { TOKEN_USAGE } from "./token-usage.ts";

/** What a command prints to standard output, and the code with which the program ends. */
export interface Printed {
  readonly text: string;
  readonly code: 0 | 1;
  /** A sentence for people, on standard error. */
  readonly note?: string;
}

interface Command {
  /** Its arguments beside `--config FILE` and `--json`. */
  readonly takes: readonly string[];
  /** Whether it takes `--passphrase-file FILE` too. */
  readonly passphrase?: true;
  run(config: string, rest: readonly string[], json: boolean, passphraseFile?: string): Promise<Printed>;
}

// A command loads what it needs, and nothing else.
const backups = () => import("./backup.ts");

/** What this program does beside running, with a configuration alone: each looks, prints, and ends. */
const COMMANDS: Readonly<Record<string, Command>> = {
  doctor: {
    takes: [],
    run: async (config, _, json) => {
      const { diagnose, diagnosisText } = await import("./doctor.ts");
      const diagnosis = await diagnose(config);
      return { text: json ? jsonText(diagnosis) : diagnosisText(diagnosis), code: diagnosis.healthy ? 0 : 1 };
    },
  },
  backup: {
    takes: ["FILE"],
    passphrase: true,
    run: async (config, [to], json, passphraseFile) => {
      const { backUp, backupText } = await backups();
      const done = await backUp(readConfig(config), to!, passphraseFile);
      return { text: json ? jsonText(done) : backupText(done), code: 0 };
    },
  },
  restore: {
    takes: ["FILE"],
    passphrase: true,
    run: async (config, [from], json, passphraseFile) => {
      const { backupText, restore } = await backups();
      const done = await restore(readConfig(config), from!, passphraseFile);
      return { text: json ? jsonText(done) : backupText(done), code: 0 };
    },
  },
};

/** Runs the command that the arguments begin with; null when they begin with none. ConfigFault when it can't do what it is asked to. */
export async function command(args: readonly string[]): Promise<Printed | null> {
  const [name, ...rest] = args;
  if (name === "token") return (await import("./token-command.ts")).tokenCommand(rest, Date.now());
  if (name === undefined || !Object.hasOwn(COMMANDS, name)) return null;
  const asked = COMMANDS[name]!;
  const usage = `usage: ${usageOf(name, asked)}`;
  let parsed;
  try {
    const options = {
      config: { type: "string" },
      json: { type: "boolean", default: false },
      "passphrase-file": { type: "string" },
    } as const;
    parsed = parseArgs({ args: rest, options, allowPositionals: true });
  } catch {
    throw new ConfigFault(usage);
  }
  const { values, positionals } = parsed;
  const passphraseFile = values["passphrase-file"];
  if (
    values.config === undefined ||
    positionals.length !== asked.takes.length ||
    (passphraseFile !== undefined && asked.passphrase !== true)
  )
    throw new ConfigFault(usage);
  return asked.run(values.config, positionals, values.json, passphraseFile);
}

function usageOf(name: string, { takes, passphrase }: Command): string {
  return [name, "--config FILE", ...takes, ...(passphrase === true ? ["[--passphrase-file FILE]"] : []), "[--json]"].join(" ");
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The commands, for people. */
export function commandNames(): string {
  const own = Object.entries(COMMANDS).map(([name, one]) => usageOf(name, one));
  return [...own, TOKEN_USAGE].join("; ");
}
