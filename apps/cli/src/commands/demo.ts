import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { asCsv, CENTRE_STYLES, IPH_REPORT, iphCohort, PLAIN } from "@tutti/cohort";
import { IPH } from "@tutti/dataset";
import { answerJson, layOut, writeJson, writeReports } from "../answers.ts";
import { askAll } from "../askAll.ts";
import type { Exit } from "../exit.ts";
import type { NetworkPlan } from "../network.ts";
import { commonOptions, layoutOptions, type LayoutOptions, seconds } from "../options.ts";
import { startProgress } from "../progress.ts";
import { exitOf, isReleased } from "../released.ts";
import type { Services } from "../services.ts";
import { stayUp } from "../stayUp.ts";

interface DemoOptions extends LayoutOptions {
  readonly once?: boolean;
  readonly timeout: number;
}

/** `tutti demo`: twelve centres with synthetic patients on this machine, and the report of the seed paper. */
export function addDemo(program: Command, services: Services, end: (exit: Exit) => void): void {
  const command = program
    .command("demo")
    .description("start twelve centres with synthetic patients, ask the report of the seed paper, leave the network up")
    .option("--once", "stop when the report is printed")
    .option("--timeout <seconds>", "how long one query may take", seconds, 120);
  layoutOptions(commonOptions(command, "print the releases as a JSON array")).action(async (options: DemoOptions) => {
    const { console, interrupted } = services;
    const progress = startProgress(console, options.quiet === true);
    const folder = await mkdtemp(join(tmpdir(), "tutti-demo-"));
    try {
      const network = await services.startNetwork(await writeCohort(folder), progress, interrupted);
      try {
        const answers = await askAll(
          IPH_REPORT.queries,
          network,
          { timeoutMs: options.timeout * 1000, signal: interrupted, progress },
          services,
        );
        if (options.json === true) writeJson(console, answers.map(answerJson));
        else if (answers.some(isReleased)) writeReports(console, [layOut(answers, IPH_REPORT, IPH, options.lang)], options.format);
        end(exitOf(answers));
        if (options.once !== true) await stayUp(network, services);
      } finally {
        progress.step("stopping the network");
        await network.stop();
        progress.clear();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

/** Writes the synthetic cohort as each centre would export it. */
async function writeCohort(folder: string): Promise<NetworkPlan> {
  const dataset = join(folder, "dataset.json");
  await writeFile(dataset, JSON.stringify(IPH));
  const centres = await Promise.all(
    iphCohort().map(async (centre, i) => {
      const data = join(folder, `${centre.name}.csv`);
      await writeFile(data, asCsv(centre, IPH, CENTRE_STYLES[i] ?? PLAIN));
      return { centre: centre.name, data };
    }),
  );
  return { centres, dataset };
}
