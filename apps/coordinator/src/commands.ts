import { parseArgs } from "node:util";
import { ConfigFault } from "./config.ts";
import { diagnose, diagnosisText } from "./doctor.ts";
import { TOKEN_USAGE, tokenCommand } from "./token-command.ts";

/** What a command prints to standard output, and the code with which the program ends. */
export interface Printed {
  readonly text: string;
  readonly code: 0 | 1;
  /** A sentence for people, on standard error. */
  readonly note?: string;
}

/** What this program does beside running, with a configuration alone: each looks, prints, and ends. */
const COMMANDS: Readonly<Record<string, (config: string, json: boolean) => Promise<Printed>>> = {
  doctor: async (config, json) => {
    const diagnosis = await diagnose(config);
    return { text: json ? `${JSON.stringify(diagnosis, null, 2)}\n` : diagnosisText(diagnosis), code: diagnosis.healthy ? 0 : 1 };
  },
};

/** Runs the command that the arguments begin with; null when they begin with none. ConfigFault when it can't do what it is asked to. */
export async function command(args: readonly string[]): Promise<Printed | null> {
  const [name, ...rest] = args;
  if (name === "token") return tokenCommand(rest, Date.now());
  if (name === undefined || !Object.hasOwn(COMMANDS, name)) return null;
  let values;
  try {
    ({ values } = parseArgs({ args: rest, options: { config: { type: "string" }, json: { type: "boolean", default: false } } }));
  } catch {
    throw new ConfigFault(`usage: ${name} --config FILE [--json]`);
  }
  if (values.config === undefined) throw new ConfigFault(`usage: ${name} --config FILE [--json]`);
  return COMMANDS[name]!(values.config, values.json);
}

/** The commands, for people. */
export function commandNames(): string {
  return [...Object.keys(COMMANDS).map((name) => `${name} --config FILE [--json]`), TOKEN_USAGE].join("; ");
}
