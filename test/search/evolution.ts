import { prng, type Prng } from "@tutti/cohort";
import { DEFAULT_POLICY } from "@tutti/disclosure";
import type { Defences } from "../world/clear-network.ts";
import type { Attacker } from "./attackers.ts";
import { constraintsOf, type Recovered, recoveredFrom, type Target, targetsOf, UNKNOWNS } from "./inference.ts";
import { type Scene, sceneOf } from "./scene.ts";
import { answersOf, crossed, mutated, randomSequence, type Sequence } from "./sequence.ts";

/** A sequence and what it gives away. */
export interface Found {
  readonly sequence: Sequence;
  /** The targets of which it tells the exact number. */
  readonly exact: readonly Recovered[];
  /** How far from exact it is: the narrowest interval of a target, then the sum of all. */
  readonly fitness: number;
}

/** What a search of one scene came to. */
export interface Searched {
  readonly scene: Scene;
  readonly tried: number;
  readonly best: Found;
}

const POPULATION = 12;

/**
 * Looks for a sequence of queries that tells the exact number of patients like the chosen one, below k and not 0: the better half of a population
 * is kept, and its offspring takes the place of the rest.
 *
 * @param budget sequences to be tried; the search stops early when one is found
 */
export function searchScene(seed: number, number: number, defences: Defences, attacker: Attacker, budget: number): Searched {
  const scene = sceneOf(seed, number);
  const draw = prng(seed, number, 1);
  const targets = targetsOf(scene, UNKNOWNS[attacker.knows], DEFAULT_POLICY.threshold).filter(({ truth }) => truth > 0);
  const judge = (sequence: Sequence): Found => judged(sequence, scene, defences, attacker, targets);
  let tried = 0;
  let population: readonly Found[] = Array.from({ length: POPULATION }, () => judge(randomSequence(draw, attacker)));
  for (tried = POPULATION; tried < budget && best(population).exact.length === 0; tried += POPULATION / 2) {
    const kept = population.toSorted((a, b) => a.fitness - b.fitness).slice(0, POPULATION / 2);
    population = [...kept, ...kept.map(() => judge(offspring(kept, draw, attacker)))];
  }
  return { scene, tried, best: best(population) };
}

function best(population: readonly Found[]): Found {
  return population.reduce((one, other) => (other.fitness < one.fitness ? other : one));
}

function offspring(parents: readonly Found[], draw: Prng, attacker: Attacker): Sequence {
  const one = (): Sequence => parents[draw.below(parents.length)]!.sequence;
  const kind = draw.below(8);
  if (kind === 0) return randomSequence(draw, attacker);
  if (kind === 1) return mutated(crossed(one(), one(), draw, attacker), draw, attacker);
  return kind < 5 ? mutated(one(), draw, attacker) : mutated(mutated(one(), draw, attacker), draw, attacker);
}

/** Asks a sequence and works out what it gives away. An unsound attacker is a defect of the search: it throws. */
export function judged(
  sequence: Sequence,
  scene: Scene,
  defences: Defences,
  { knows }: Pick<Attacker, "knows">,
  targets: readonly Target[],
): Found {
  const recovered = recoveredFrom(constraintsOf(answersOf(sequence, scene, defences), UNKNOWNS[knows]), targets);
  if (recovered.some(({ low, high, truth }) => low > truth || high < truth)) throw new Error("the attacker concludes what is not so");
  const widths = recovered.map(({ low, high }) => Math.min(high - low, 50));
  const fitness = Math.min(...widths) + widths.reduce((sum, width) => sum + width, 0) / (100 * widths.length);
  return { sequence, exact: recovered.filter(({ low, high }) => low === high), fitness };
}
