import { type Command, InvalidArgumentError, Option } from "commander";
import type { Language } from "@tutti/report";
import type { Format } from "./answers.ts";

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Options of the commands that write a report. */
export interface LayoutOptions extends CommonOptions {
  readonly lang: Language;
  readonly format: Format;
}

export function commonOptions(command: Command, json: string): Command {
  return command.option("--json", json).option("-q, --quiet", "no progress on stderr");
}

export function layoutOptions(command: Command): Command {
  return command
    .addOption(new Option("--format <format>", "how the report is written").choices(["text", "markdown", "csv", "json"]).default("text"))
    .addOption(new Option("--lang <language>", "the report's language").choices(["en", "fr"]).default("en"));
}

/** Options of the commands that make keys. */
export function passphraseOptions(command: Command): Command {
  return command
    .option("--passphrase", "put the keys under a passphrase, which is asked for")
    .option("--passphrase-file <file>", "put the keys under the passphrase in this file, which only its owner may read");
}

/** Seconds, as a positive number. */
export function seconds(value: string): number {
  const number = Number(value);
  if (!(number > 0 && number <= 86_400)) throw new InvalidArgumentError("It is a number of seconds, above 0 and at most a day.");
  return number;
}

/** Collects an option that may be given several times. */
export function several(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
