import type { Dataset } from "@tutti/dataset";
import { type Bitmap, bitmapOf, differencesOf, type Membership, type ReleasedSet, setsUpTo } from "@tutti/disclosure";
import type { Guard } from "@tutti/protocol";
import type { PatientSet, Plan } from "@tutti/query";
import { includes, type Patient } from "@tutti/sql";

/** What one centre of a world keeps of its own patients in past sessions. A patient is known again by its `id`, or by its place. */
export class GuardStore {
  readonly #dataset: Dataset;
  readonly #numbers = new Map<unknown, number>();
  readonly #kept = new Map<string, Map<string, Bitmap>>();

  constructor(dataset: Dataset) {
    this.#dataset = dataset;
  }

  /** The patients in sets, as they are now. */
  membership(sets: ReadonlyMap<string, PatientSet>, patients: readonly Patient[]): Membership {
    return new Map(
      [...sets].map(([name, set]) => [
        name,
        bitmapOf(patients.flatMap((patient, i) => (includes(set, patient, this.#dataset) ? [this.#number(patient, i)] : []))),
      ]),
    );
  }

  keep(session: string, membership: Membership): void {
    this.#kept.set(session, new Map([...(this.#kept.get(session) ?? []), ...membership]));
  }

  /** Keeps the sets up to the quantiles of a release. */
  keepQuantiles(session: string, plan: Plan, sets: readonly ReleasedSet[], patients: readonly Patient[]): void {
    this.keep(session, this.membership(setsUpTo(plan, sets), patients));
  }

  /** What the centre contributes to the guard. */
  differences(plan: Plan, { earlier, pairs }: Guard, now: Membership, most: number): Uint32Array {
    const before = earlier.map(({ session }) => this.#kept.get(session) ?? new Map<string, Bitmap>());
    return differencesOf(plan, earlier, pairs, now, before, most);
  }

  #number(patient: Patient, place: number): number {
    const id = patient["id"] ?? place;
    const number = this.#numbers.get(id) ?? this.#numbers.size;
    this.#numbers.set(id, number);
    return number;
  }
}
