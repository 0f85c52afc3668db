import { type Prng, prng } from "@tutti/cohort";
import type { Patient } from "@tutti/sql";
import { VALUES } from "./dictionary.ts";

/** Where a patient is, as far as an attacker can tell by asking with and without a centre, before and after a change. */
export const PLACES = ["elsewhere", "home", "later"] as const;
/** `home`: the chosen patient's centre. `later`: came to it after the change. `elsewhere`: any other centre. */
export type Place = (typeof PLACES)[number];

/** A network of patients, one of whom somebody wants to know more of. */
export interface Scene {
  readonly centres: Readonly<Record<string, readonly Patient[]>>;
  /** Who joins the home centre after the change. */
  readonly later: readonly Patient[];
  readonly home: string;
  readonly chosen: Patient;
  readonly chosenPlace: Place;
}

const CENTRES = ["a", "b", "c", "d"];
const HOME = "d";

/**
 * Draws a scene: some 30 patients, skewed so that small numbers occur, and one more who is chosen: young, and `anca` unless said otherwise. In a
 * third of scenes the chosen patient joins later.
 */
export function sceneOf(seed: number, number: number, anca = true): Scene {
  const draw = prng(seed, number);
  const size = 22 + draw.below(16);
  const rest = Array.from({ length: size }, (_, i): Patient => ({ id: `p${i}`, ...drawn(draw) }));
  const chosen: Patient = { id: "chosen", ...drawn(draw), age: 0, anca };
  const isLater = draw.below(3) === 0;
  const centres: Record<string, Patient[]> = Object.fromEntries(CENTRES.map((name) => [name, []]));
  rest.forEach((patient, i) => centres[CENTRES[i % CENTRES.length]!]!.push(patient));
  const joining = Array.from({ length: draw.below(3) }, (_, i): Patient => ({ id: `later${i}`, ...drawn(draw) }));
  if (!isLater) centres[HOME]!.push(chosen);
  return {
    centres,
    later: isLater ? [...joining, chosen] : joining,
    home: HOME,
    chosen,
    chosenPlace: isLater ? "later" : "home",
  };
}

function drawn(draw: Prng): Patient {
  const age = VALUES.age[Math.min(4, 1 + Math.floor(5 * draw.unit() ** 1.5))]!;
  return { sex: draw.unit() < 0.6 ? "F" : "M", dyspnea: draw.unit() < 0.5, anca: draw.unit() < 0.3, age: draw.unit() < 0.1 ? 0 : age };
}

/** Patients of all places, each with its own. */
export function everybodyOf({ centres, home, later }: Scene): readonly { readonly patient: Patient; readonly place: Place }[] {
  const early = Object.entries(centres).flatMap(([name, patients]) =>
    patients.map((patient) => ({ patient, place: name === home ? ("home" as const) : ("elsewhere" as const) })),
  );
  return [...early, ...later.map((patient) => ({ patient, place: "later" as const }))];
}
