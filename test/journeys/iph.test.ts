import { IPH_REPORT, iphCohort } from "@tutti/cohort";
import { IPH } from "@tutti/dataset";
import { expect, test } from "vitest";
import { World } from "../world/world.ts";

test("twelve centres answer the published tables together", () => {
  const world = new World({ dataset: IPH, centres: Object.fromEntries(iphCohort().map(({ name, rows }) => [name, rows])), seed: 1 });
  const t = performance.now();
  const ended = world.ask(IPH_REPORT.queries[0]!);
  console.log(
    performance.now() - t,
    ended.exchanges,
    ended.seen.reduce((n, b) => n + b.length, 0),
  );
  console.log(JSON.stringify(ended.releases.get(world.names[0]!), null, 1));
  console.log(ended.stops, ended.refusals);
  expect(ended.releases.size).toBe(12);
});
