import type { Prng } from "@tutti/cohort";
import type { Condition, Measure, Query } from "@tutti/query";
import type { Release } from "@tutti/disclosure";
import { ClearNetwork, type Defences } from "../world/clear-network.ts";
import type { Attacker } from "./attackers.ts";
import { SEARCHED } from "./dictionary.ts";
import type { Scene } from "./scene.ts";

/** One query of a sequence. */
export interface Step {
  readonly query: Query;
  /** The chosen patient's centre does not take part. */
  readonly withoutHome: boolean;
  /** It is asked after the data have changed; so are all that follow. */
  readonly changed: boolean;
}

/** Two to six queries, one after the other. */
export type Sequence = readonly Step[];

/** What a step was answered. */
export interface Answered {
  readonly step: Step;
  readonly release: Release;
}

/** Asks a sequence of a new network under some rule. */
export function answersOf(sequence: Sequence, scene: Scene, defences: Defences): readonly Answered[] {
  const network = new ClearNetwork({ dataset: SEARCHED, centres: scene.centres, defences });
  const all = Object.keys(scene.centres);
  let changed = false;
  return sequence.map((step) => {
    if (step.changed && !changed) {
      changed = true;
      network.centres.set(scene.home, [...scene.centres[scene.home]!, ...scene.later]);
    }
    const participants = step.withoutHome ? all.filter((name) => name !== scene.home) : all;
    return { step: { ...step, changed }, release: network.ask(step.query, participants) };
  });
}

/** Any sequence. */
export function randomSequence(draw: Prng, attacker: Attacker): Sequence {
  return Array.from({ length: 2 + draw.below(attacker.queries - 1) }, () => randomStep(draw, attacker));
}

/** A sequence with one thing changed: a step new, gone, moved, or with another condition around its own. */
export function mutated(sequence: Sequence, draw: Prng, attacker: Attacker): Sequence {
  const at = draw.below(sequence.length);
  const step = sequence[at]!;
  switch (draw.below(6)) {
    case 0:
      return sequence.with(at, randomStep(draw, attacker));
    case 1:
      return sequence.length < attacker.queries ? sequence.toSpliced(at, 0, randomStep(draw, attacker)) : sequence.toReversed();
    case 2:
      return sequence.length > 2 ? sequence.toSpliced(at, 1) : sequence.toReversed();
    case 3:
      return sequence.with(at, { ...step, withoutHome: attacker.changes && !step.withoutHome });
    default: {
      // The same question of a neighbouring cohort, beside the old one where there is room.
      const near = { ...step, query: { ...step.query, where: neighbour(step.query.where, draw) } };
      return sequence.length < attacker.queries && draw.below(2) === 0 ? sequence.toSpliced(at + 1, 0, near) : sequence.with(at, near);
    }
  }
}

/** The beginning of one and the end of another. */
export function crossed(one: Sequence, other: Sequence, draw: Prng, attacker: Attacker): Sequence {
  const both = [...one.slice(0, 1 + draw.below(one.length)), ...other.slice(draw.below(other.length))].slice(0, attacker.queries);
  return both.length < 2 ? [...both, ...other].slice(0, 2) : both;
}

function randomStep(draw: Prng, attacker: Attacker): Step {
  const where = draw.below(4) === 0 ? undefined : condition(draw, 2);
  const by = draw.below(4) === 0 ? [["sex", "dyspnea", "age", "anca"][draw.below(4)]!] : [];
  const measures = Array.from({ length: 1 + draw.below(2) }, (_, i) => measure(draw, `m${i}`, attacker));
  const query: Query = { dataset: "searched@1", purpose: "", by, measures, ...(where === undefined ? {} : { where }) };
  return { query, withoutHome: attacker.changes && draw.below(8) === 0, changed: attacker.changes && draw.below(8) === 0 };
}

function measure(draw: Prng, id: string, { quantiles, means }: Attacker): Measure {
  const kinds: readonly Measure[] = [
    { id, count: true },
    { id, count: true },
    { id, proportion: "anca" },
    { id, proportion: "dyspnea" },
    { id, distribution: "sex" },
    { id, distribution: "age" },
    ...(quantiles ? [{ id, quantiles: "age", at: [0.5] }] : []),
    ...(means ? [{ id, mean: "age" }] : []),
  ];
  return kinds[draw.below(kinds.length)]!;
}

function comparison(draw: Prng): Condition {
  const kinds: readonly Condition[] = [
    { variable: "sex", is: draw.below(2) === 0 ? "F" : "M" },
    { variable: "anca", is: draw.below(2) === 0 },
    { variable: "dyspnea", is: draw.below(2) === 0 },
    { variable: "age", atLeast: 1 + draw.below(3) },
    { variable: "age", below: 1 + draw.below(3) },
  ];
  return kinds[draw.below(kinds.length)]!;
}

function condition(draw: Prng, depth: number): Condition {
  const kind = depth === 0 ? 0 : draw.below(5);
  if (kind <= 1) return comparison(draw);
  if (kind === 2) return { not: condition(draw, depth - 1) };
  const inside = [condition(draw, depth - 1), comparison(draw)];
  return kind === 3 ? { all: inside } : { any: inside };
}

/** A cohort that is a little smaller or larger. */
function neighbour(where: Condition | undefined, draw: Prng): Condition {
  const small: Condition = { all: [comparison(draw), comparison(draw)] };
  if (where === undefined) return { not: small };
  return draw.below(2) === 0 ? { all: [where, { not: small }] } : { any: [where, small] };
}
