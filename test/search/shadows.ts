import { prng } from "@tutti/cohort";
import type { ReleaseResult } from "@tutti/disclosure";
import type { Defences } from "../world/clear-network.ts";
import { type Scene, sceneOf } from "./scene.ts";
import { type Answered, answersOf, type Sequence } from "./sequence.ts";

/**
 * How much better than a coin a sequence tells whether the chosen patient is `anca`, 0 … 0.5. The attacker knows all else of the chosen patient,
 * and how networks are drawn; what hides tells too.
 */
export function advantageOf(sequence: Sequence, scene: Scene, defences: Defences, networks: number, seed: number): number {
  return advantage((secret, i) => featuresOf(answersOf(sequence, shadowOf(scene, seed, i, secret), defences)), networks, seed);
}

/**
 * How much better than a coin a bit is told from what is seen, 0 … 0.5: networks drawn with and without it train a logistic regression, others
 * test it (as QuerySnout rates its sequences: Cretu et al., CCS 2022).
 *
 * @param seenOf what the attacker sees of the network of that number
 * @param networks how many train it; as many test it
 */
export function advantage(seenOf: (secret: boolean, number: number) => readonly number[], networks: number, seed: number): number {
  const draw = prng(seed, 2);
  const shadows = Array.from({ length: 2 * networks }, (_, i) => {
    const secret = draw.below(2) === 1;
    return { secret, seen: seenOf(secret, i) };
  });
  const [training, testing] = [shadows.slice(0, networks), shadows.slice(networks)];
  const guess = regression(
    training.map(({ seen }) => seen),
    training.map(({ secret }) => secret),
  );
  const right = testing.filter(({ seen, secret }) => guess(seen) === secret).length;
  return right / networks - 0.5;
}

/** A network like a scene's, drawn anew around the same chosen patient. */
function shadowOf({ chosen, chosenPlace, home }: Scene, seed: number, number: number, anca: boolean): Scene {
  const target = { ...chosen, anca };
  const fresh = sceneOf(seed, 1_000 + number);
  const others = (patients: readonly Scene["chosen"][]): Scene["chosen"][] => patients.filter(({ id }) => id !== "chosen");
  const centres = Object.fromEntries(Object.entries(fresh.centres).map(([name, patients]) => [name, others(patients)]));
  const later = others(fresh.later);
  (chosenPlace === "later" ? later : centres[home]!).push(target);
  return { ...fresh, centres, later, chosen: target, chosenPlace };
}

/** Every number of every release, and whether it hides; then 1. */
export function featuresOf(answers: readonly Pick<Answered, "release">[]): readonly number[] {
  const numbers = answers.flatMap(({ release }) => [
    Number(release.asOf !== undefined),
    ...release.results.flatMap((row) => numbersIn(row).flatMap((value) => [value ?? 0, Number(value === null)])),
  ]);
  return [...numbers, 1];
}

function numbersIn(row: ReleaseResult): readonly (number | null)[] {
  if ("count" in row) return [row.count];
  if ("rate" in row) return [row.known, row.positive];
  if ("counts" in row) return [row.known, ...Object.values(row.counts)];
  if ("quantiles" in row) return [row.known, ...Object.values(row.quantiles)];
  return [row.known, row.mean, row.sd];
}

/** Logistic regression by gradient descent on standardised features, with a little weight decay. */
function regression(seen: readonly (readonly number[])[], secrets: readonly boolean[]): (features: readonly number[]) => boolean {
  const width = seen[0]!.length;
  const mean = Array.from({ length: width }, (_, f) => seen.reduce((sum, row) => sum + row[f]!, 0) / seen.length);
  const deviation = mean.map((m, f) => Math.sqrt(seen.reduce((sum, row) => sum + (row[f]! - m) ** 2, 0) / seen.length) || 1);
  const standard = (row: readonly number[]): readonly number[] =>
    row.map((value, f) => (f === width - 1 ? 1 : (value - mean[f]!) / deviation[f]!));
  const weights = new Float64Array(width);
  const score = (row: readonly number[]): number => row.reduce((sum, value, f) => sum + value * weights[f]!, 0);
  const rows = seen.map(standard);
  for (let round = 0; round < ROUNDS; round++) {
    const errors = rows.map((row, i) => 1 / (1 + Math.exp(-score(row))) - Number(secrets[i]));
    for (let f = 0; f < width; f++) {
      const gradient = errors.reduce((sum, error, i) => sum + error * rows[i]![f]!, 0) / rows.length;
      weights[f]! -= RATE * (gradient + DECAY * weights[f]!);
    }
  }
  return (features) => score(standard(features)) > 0;
}

const ROUNDS = 1_500;
const RATE = 0.5;
const DECAY = 0.0005;
