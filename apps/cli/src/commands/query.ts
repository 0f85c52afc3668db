import type { Command } from "commander";
import { datasetSchema } from "@tutti/dataset";
import { layOutQueries, writeJson, writeReports } from "../answers.ts";
import { accessOf, type AccessOptions, accessOptions, namesNetwork } from "../access.ts";
import { offlinePreview, writePreviews } from "../dryRun.ts";
import type { Exit } from "../exit.ts";
import { readChecked, writeText } from "../files.ts";
import { commonOptions, layoutOptions, type LayoutOptions, seconds } from "../options.ts";
import { startProgress } from "../progress.ts";
import { parseQuery, readQuery } from "../readQuery.ts";
import { exitOf } from "../released.ts";
import type { Services } from "../services.ts";

interface QueryOptions extends LayoutOptions, AccessOptions {
  readonly dataset?: string;
  readonly dryRun?: boolean;
  readonly timeout: number;
  readonly receipt?: string;
}

/** `tutti query q.json`: asks a network that is up. */
export function addQuery(program: Command, services: Services, end: (exit: Exit) => void): void {
  const command = program
    .command("query")
    .description("ask a network and print its release; without --dataset as JSON")
    .argument("<query.json>", "the query")
    .option("--dataset <dataset.json>", "check the query against this dictionary first, and write the answer with its labels")
    .option("--dry-run", "ask nothing: say what is at risk of being hidden, and what the query would cost; offline with --dataset alone")
    .option("--receipt <file>", "write where the release comes from into this file, for tutti verify")
    .option("--timeout <seconds>", "how long the query may take", seconds, 120);
  accessOptions(layoutOptions(commonOptions(command, "print the release as JSON"))).action(async (path: string, options: QueryOptions) => {
    const { console, interrupted } = services;
    const progress = startProgress(console, options.quiet === true);
    const dataset = options.dataset === undefined ? null : readChecked(options.dataset, datasetSchema, "error");
    const query = dataset === null ? parseQuery(path) : readQuery(path, dataset);
    if (options.dryRun === true && dataset !== null && !namesNetwork(options, services.env))
      return writePreviews(console, [offlinePreview(query, dataset)], options, "offline");
    const access = accessOf(options, services.env);
    if (options.dryRun === true) {
      const preview = await services.preview(query, access, interrupted);
      return writePreviews(console, [preview], options, "network");
    }
    const { receipt } = options;
    const onReceipt = receipt === undefined ? undefined : (said: unknown) => writeText(receipt, `${JSON.stringify(said)}\n`);
    const release = await services
      .ask(query, access, { timeoutMs: options.timeout * 1000, signal: interrupted, progress, onReceipt })
      .finally(() => progress.clear());
    if (options.json === true || dataset === null) writeJson(console, release);
    else writeReports(console, layOutQueries([query], [release], dataset, options.lang), options.format);
    end(exitOf([release]));
  });
}
