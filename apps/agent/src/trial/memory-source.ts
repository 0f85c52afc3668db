import { bitmapOf } from "@tutti/disclosure";
import { includes, interpret, type Patient } from "@tutti/sql";
import type { AgentParts } from "../agent-parts.ts";
import type { Asked } from "../guard/past.ts";
import { DATASET } from "./trial-dataset.ts";

type MemorySource = AgentParts["sources"] extends ReadonlyMap<string, infer S> ? S : never;

/** Patients in memory; a patient's number is its place. */
export function sourceOf(patients: readonly Patient[]): MemorySource {
  const members: Asked["members"] = async (sets) =>
    new Map(
      [...sets].map(([name, set]) => {
        if ("bit" in set) throw new TypeError("the trial asks for no quantiles");
        return [name, bitmapOf(patients.flatMap((patient, i) => (includes(set, patient, DATASET) ? [i] : [])))];
      }),
    );
  return { contribute: async (plan) => interpret(plan, DATASET, patients), members, summary: { rows: patients.length } };
}
