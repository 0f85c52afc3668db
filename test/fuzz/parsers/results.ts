import { previewSchema, releaseSchema } from "@tutti/disclosure";
import { scheme } from "@tutti/platform";
import { problem, problemName, problemSchema, queryStateSchema, scheduleStateSchema } from "@tutti/protocol";
import { verifyRelease } from "@tutti/client";
import { mutatedText } from "../mutation.ts";
import type { Target } from "../target.ts";
import { item, released, rosterFile } from "./examples.ts";
import { jsonOf, schemaTarget } from "./reading.ts";

const state = {
  id: "7",
  state: "released",
  events: [{ atMs: 1, what: "signed", centre: "a" }],
  seen: 1,
  release: item.release,
  detail: null,
};
const schedule = {
  name: "weekly",
  cron: "0 6 * * 1",
  timezone: "Europe/Paris",
  lastRun: { dueAtMs: 1, outcome: "released", query: "7" },
  nextRunAtMs: 2,
};
const preview = { cells: 3, pairs: 1, rows: [{ measure: "n", stratum: { sex: "F" }, risk: "near", earlier: ["2026-02-01"] }] };

/** What is told of a query. */
export const RESULTS: readonly Target[] = [
  schemaTarget("release.json", releaseSchema, [released]),
  schemaTarget("query state", queryStateSchema, [state], 2),
  schemaTarget("schedule state", scheduleStateSchema, [schedule], 2),
  schemaTarget("preview", previewSchema, [preview], 2),
  {
    name: "problem",
    share: 2,
    make: (draw) => mutatedText(draw, problem("ended", "do this", "late")),
    run: (text) => {
      const parsed = problemSchema.safeParse(jsonOf(text as string));
      return parsed.success ? (problemName(parsed.data) ?? "another's") : "refused";
    },
  },
  {
    name: "tutti verify",
    share: 2,
    make: (draw) => {
      const example = draw.of([item.release, { ...released, envelope: item.release }, rosterFile]);
      return draw.once(20) ? JSON.stringify(example) : mutatedText(draw, example);
    },
    run: (text) => {
      const value = jsonOf(text as string);
      const good = (file: unknown, by: unknown) => verifyRelease(file, by, scheme).every(({ passed }) => passed);
      return good(value, rosterFile) || good(item.release, value) ? "good" : "not good";
    },
  },
];
