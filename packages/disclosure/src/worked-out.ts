import type { Dataset } from "@tutti/dataset";
import type { Plan } from "@tutti/query";
import type { EarlierRelease } from "./earlier-release.ts";
import type { GuardPair } from "./guard.ts";
import { Recent } from "./recent.ts";

/** What is told: of each release, which sets count. */
export interface Told {
  readonly history: readonly EarlierRelease[];
  readonly plans: readonly Plan[];
  /** The release, and the set in it, of each that counts, one after the other. */
  readonly places: readonly number[];
}

/** The pairs of the plans that were asked since something new was told. */
interface WorkedOut extends Pick<Told, "history" | "places"> {
  /** Not held: plans of the past are worked out again when they are needed. */
  readonly plans: readonly WeakRef<Plan>[];
  readonly pairs: Recent<Plan, readonly GuardPair[]>;
}

/** Pairs that are kept of a dataset, of all plans together: some ten megabytes. */
const MAX_PAIRS = 100_000;
const lastWorkedOut = new WeakMap<Dataset, WorkedOut>();

/** The pairs that were worked out for plans of a dataset: releases that tell nothing new change nothing, and with one that does all of it is of no use any more. */
export function pairsOfPlans(dataset: Dataset, told: Told): WorkedOut["pairs"] {
  const last = lastWorkedOut.get(dataset);
  if (last !== undefined && areStill(last.plans, told.plans) && tellsTheSame(told, last)) return last.pairs;
  const made = { ...told, plans: told.plans.map((plan) => new WeakRef(plan)), pairs: new Recent<Plan, readonly GuardPair[]>(MAX_PAIRS) };
  lastWorkedOut.set(dataset, made);
  return made.pairs;
}

/** Whether plans that were kept weakly are these. */
export function areStill(kept: readonly WeakRef<Plan>[], plans: readonly Plan[]): boolean {
  return kept.length === plans.length && plans.every((plan, i) => kept[i]!.deref() === plan);
}

function tellsTheSame({ history, places }: Told, last: Pick<Told, "history" | "places">): boolean {
  if (places.length !== last.places.length) return false;
  return places.every((place, i) => place === last.places[i] && (i % 2 === 1 || history[place] === last.history[place]));
}
