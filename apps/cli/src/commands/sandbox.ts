import { resolve } from "node:path";
import type { Command } from "commander";
import { answerJson, layOutQueries, writeJson, writeReports } from "../answers.ts";
import { askAll } from "../askAll.ts";
import { offlinePreview, writePreviews } from "../dryRun.ts";
import { type Exit, Stop } from "../exit.ts";
import { commonOptions, layoutOptions, type LayoutOptions, seconds, several } from "../options.ts";
import { startProgress } from "../progress.ts";
import { readQuery } from "../readQuery.ts";
import { exitOf } from "../released.ts";
import { readSandbox } from "../sandboxFolder.ts";
import type { Services } from "../services.ts";
import { stayUp } from "../stayUp.ts";

interface SandboxOptions extends LayoutOptions {
  readonly query: readonly string[];
  readonly dryRun?: boolean;
  readonly trace?: string;
  readonly timeout: number;
}

/** `tutti sandbox DIR`: a network of real processes on the data of a folder. */
export function addSandbox(program: Command, services: Services, end: (exit: Exit) => void): void {
  const command = program
    .command("sandbox")
    .description("start a network of real processes on a folder: one CSV file a centre, dataset.json, perhaps policy.json")
    .argument("<dir>", "the folder; a file's name is its centre's name")
    .option("--query <file>", "ask this query, print the release and stop; may be given several times", several, [])
    .option("--dry-run", "start nothing: say what each query would cost a network that has released nothing yet")
    .option("--trace <file>", "write every byte that the coordinator sees")
    .option("--timeout <seconds>", "how long one query may take", seconds, 120);
  layoutOptions(commonOptions(command, "print the release (several: an array) as JSON")).action(
    async (dir: string, options: SandboxOptions) => {
      const { console, interrupted } = services;
      const progress = startProgress(console, options.quiet === true);
      const folder = readSandbox(dir);
      const queries = options.query.map((path) => readQuery(path, folder.dataset));
      if (options.dryRun === true) {
        if (queries.length === 0) throw new Stop("usage", "which query? Give --query FILE with --dry-run");
        const previews = queries.map((query) => offlinePreview(query, folder.dataset));
        return writePreviews(console, previews, options, "offline");
      }
      const plan = {
        centres: folder.centres,
        dataset: folder.datasetPath,
        policy: folder.policyPath,
        trace: options.trace === undefined ? undefined : resolve(options.trace),
      };
      const network = await services.startNetwork(plan, progress, interrupted);
      try {
        if (queries.length === 0) {
          await stayUp(network, services);
          return end("done");
        }
        const answers = await askAll(queries, network, { timeoutMs: options.timeout * 1000, signal: interrupted, progress }, services);
        const [only] = answers;
        if (options.json !== true) writeReports(console, layOutQueries(queries, answers, folder.dataset, options.lang), options.format);
        else if (answers.length > 1) writeJson(console, answers.map(answerJson));
        else if (!(only instanceof Error)) writeJson(console, only);
        end(exitOf(answers));
      } finally {
        progress.step("stopping the network");
        await network.stop();
        progress.clear();
      }
    },
  );
}
