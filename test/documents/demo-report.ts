import { IPH_REPORT, iphCohort } from "@tutti/cohort";
import { IPH } from "@tutti/dataset";
import { report, text } from "@tutti/report";
import { World } from "../world/world.ts";

/** What `npm run demo` prints for people, with the escape sequences of a terminal: the same centres and questions, in one process. */
export function demoReport(): string {
  const world = new World({ dataset: IPH, centres: Object.fromEntries(iphCohort().map(({ name, rows }) => [name, rows])), seed: 1 });
  const releases = IPH_REPORT.queries.map((query) => world.ask(query).releases.get(world.names[0]!) ?? null);
  return text(report(releases, IPH_REPORT, IPH, "en"), { colour: true });
}
