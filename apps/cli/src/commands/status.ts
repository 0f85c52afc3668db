import type { Command } from "commander";
import { accessOf, type AccessOptions, accessOptions } from "../access.ts";
import { writeJson } from "../answers.ts";
import { type Exit } from "../exit.ts";
import { commonOptions, type CommonOptions } from "../options.ts";
import { exitOf } from "../released.ts";
import type { Services, Standing } from "../services.ts";

interface StatusOptions extends CommonOptions, AccessOptions {}

/** `tutti status ID`: where a query stands that was asked before, such as one that waits for people at the centres. */
export function addStatus(program: Command, services: Services, end: (exit: Exit) => void): void {
  const command = program
    .command("status")
    .description("say where one of your queries stands: open, waiting for people at so many centres, or how it ended")
    .argument("<id>", "the query's id, as tutti query says it");
  accessOptions(commonOptions(command, "print it as JSON, with the release once there")).action(
    async (id: string, options: StatusOptions) => {
      const { console, env, interrupted } = services;
      const standing = await services.standing(id, accessOf(options, env), interrupted);
      if (options.json === true) writeJson(console, standing);
      else console.out(`${sentenceOf(standing)}\n`);
      end(standing.release === null ? standing.exit : exitOf([standing.release]));
    },
  );
}

function sentenceOf({ state, deciding, detail }: Standing): string {
  if (state === "released") return "released: with --json this command prints the release";
  if (state !== "open") return `${state}: ${detail ?? "it came to no release"}`;
  if (deciding === null) return "open: it waits for its turn, or the centres are answering";
  return `open: waiting for ${deciding === 1 ? "1 centre" : `${deciding} centres`} to decide`;
}
