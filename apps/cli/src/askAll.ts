import type { Query } from "@tutti/query";
import type { Answer } from "./answers.ts";
import { Stop } from "./exit.ts";
import type { Access, Asking, Services } from "./services.ts";

/** Asks one query after another. A failed one is told on stderr and the others go on; Ctrl-C ends it all. */
export async function askAll(queries: readonly Query[], access: Access, asking: Asking, services: Services): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (const [i, query] of queries.entries()) {
    try {
      answers.push(await services.ask(query, access, asking));
      asking.progress.clear();
    } catch (error) {
      asking.progress.clear();
      if (!(error instanceof Stop) || error.exit === "interrupted") throw error;
      services.console.err(`tutti: ${queries.length === 1 ? "" : `query ${i + 1}: `}${error.message}\n`);
      answers.push(error);
    }
  }
  return answers;
}
