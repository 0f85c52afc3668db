import type { Command } from "commander";
import { type Draft, infer, InferError } from "@tutti/dataset";
import { writeJson } from "../answers.ts";
import { type Exit, Stop } from "../exit.ts";
import { commonOptions, type CommonOptions } from "../options.ts";
import type { Services } from "../services.ts";
import { readTable } from "../table.ts";

interface InferOptions extends CommonOptions {
  readonly id: string;
}

/** `tutti dataset infer FILE…`: drafts a dictionary from files; it stays on this machine until somebody shares it. */
export function addInfer(program: Command, services: Services, end: (exit: Exit) => void): void {
  const command = program
    .command("dataset")
    .description("work on data dictionaries")
    .command("infer")
    .description("draft a dataset.json from one or more centres' CSV files; what to look at is on stderr")
    .argument("<file...>", "CSV files with a header")
    .option("--id <name>", "the dataset's id", "draft");
  commonOptions(command, "print the draft and the notes as one JSON object").action((files: readonly string[], options: InferOptions) => {
    const { console } = services;
    const { dataset, notes } = draft(options.id, files);
    end("done");
    if (options.json === true) return writeJson(console, { dataset, notes });
    writeJson(console, dataset);
    if (options.quiet !== true) for (const { column, message } of notes) console.err(`${column === null ? "" : `${column}: `}${message}\n`);
  });
}

function draft(id: string, files: readonly string[]): Draft {
  try {
    return infer(id, files.map(readTable));
  } catch (error) {
    if (error instanceof InferError) throw new Stop("error", error.message);
    throw error;
  }
}
