import type { Command } from "commander";
import { datasetSchema } from "@tutti/dataset";
import { reportSchema } from "@tutti/query";
import { accessOf, type AccessOptions, accessOptions } from "../access.ts";
import { answerJson, layOut, writeJson, writeReports } from "../answers.ts";
import { askAll } from "../askAll.ts";
import type { Exit } from "../exit.ts";
import { readChecked } from "../files.ts";
import { commonOptions, layoutOptions, type LayoutOptions, seconds } from "../options.ts";
import { startProgress } from "../progress.ts";
import { checkQuery } from "../readQuery.ts";
import { exitOf, isReleased } from "../released.ts";
import type { Services } from "../services.ts";

interface ReportOptions extends LayoutOptions, AccessOptions {
  readonly dataset: string;
  readonly timeout: number;
}

/** `tutti report report.json`: asks every query of a report and lays the releases out. */
export function addReport(program: Command, services: Services, end: (exit: Exit) => void): void {
  const command = program
    .command("report")
    .description("ask every query of a report and lay the answers out")
    .argument("<report.json>", "the report's definition")
    .requiredOption("--dataset <dataset.json>", "the dictionary that the report is about")
    .option("--timeout <seconds>", "how long one query may take", seconds, 120);
  accessOptions(layoutOptions(commonOptions(command, "print the releases as a JSON array"))).action(
    async (path: string, options: ReportOptions) => {
      const { console, interrupted } = services;
      const progress = startProgress(console, options.quiet === true);
      const access = accessOf(options, services.env);
      const dataset = readChecked(options.dataset, datasetSchema, "error");
      const definition = readChecked(path, reportSchema, "usage");
      const queries = definition.queries.map((query, i) => checkQuery(query, dataset, `${path}, query ${i + 1}`));
      const answers = await askAll(queries, access, { timeoutMs: options.timeout * 1000, signal: interrupted, progress }, services);
      if (options.json === true) writeJson(console, answers.map(answerJson));
      else if (answers.some(isReleased)) writeReports(console, [layOut(answers, definition, dataset, options.lang)], options.format);
      end(exitOf(answers));
    },
  );
}
