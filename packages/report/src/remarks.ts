import type { Policy, Release } from "@tutti/disclosure";
import type { Query } from "@tutti/query";
import type { Catalogue } from "./catalogue.ts";
import type { Notes } from "./notes.ts";
import { measureText, type RowContext } from "./rows.ts";

/** A query and its release. */
export interface Answered {
  readonly query: Query;
  readonly release: Release;
}

/** Adds what is to be said of whole releases: their day, centres and rules. What is the same for all stands once. */
export function remarks(answered: readonly Answered[], context: Pick<RowContext, "words" | "language" | "dataset">, notes: Notes): void {
  const { words } = context;
  notes.remark(words.basis);
  for (const { query, release } of answered) {
    const { asOf: day } = release;
    if (day === undefined) continue;
    const whole = answered.every((one) => one.release.asOf === day);
    notes.remark(words.asOf({ day, rows: whole ? [] : query.measures.map((measure) => measureText(measure, context)) }));
  }
  for (const { release } of answered) notes.remark(words.centres(release.centres));
  if (answered.some(({ release }) => release.strength === "passive")) notes.remark(words.threeCentres);
  for (const { release } of answered) for (const text of rules(release.policy, words)) notes.remark(text);
}

function rules(policy: Policy, words: Catalogue): readonly string[] {
  const { profile, exception, rounding, ownPart } = policy;
  const said: string[] = [];
  // A reason is free text: nothing of it may steer a terminal.
  if (exception !== undefined) said.push(words.exception(profile ?? "network", exception.reason.replaceAll(/\p{Cc}+/gu, " ")));
  else if (profile !== undefined) said.push(words.profile(profile));
  if (rounding !== undefined) said.push(words.rounding(rounding));
  if (ownPart === "hide") said.push(words.ownPart(policy));
  return said;
}
