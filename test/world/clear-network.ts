import type { Dataset } from "@tutti/dataset";
import {
  answerAgain,
  DEFAULT_POLICY,
  type Distance,
  type EarlierRelease,
  emptyIsNear,
  guarded,
  type GuardPair,
  guardPairs,
  MAX_THRESHOLD,
  type Membership,
  type Opened,
  pairsLeft,
  pairsThatMatter,
  type Policy,
  primary,
  type Release,
  release,
  releaseAgain,
  releasesOf,
  type Session,
  setsOfRelease,
  setsToKeep,
  type Standing,
  stillStanding,
  suppress,
  toldBefore,
} from "@tutti/disclosure";
import { contentHash } from "@tutti/envelope";
import { type Plan, plan, type Query } from "@tutti/query";
import { interpret, type Patient } from "@tutti/sql";
import { GuardStore } from "./guard-store.ts";
import { NO_ROSTER, openedOf, verdictsOf } from "./in-the-clear.ts";

/** What is on beside the threshold. */
export interface Defences {
  /** Cells hide to protect others. */
  readonly complementary: boolean;
  /** Earlier releases are remembered. */
  readonly guard: boolean;
}

/** The network's rule. */
export const ALL_DEFENCES: Defences = { complementary: true, guard: true };
/** The rule of those who hide small numbers and stop there. */
export const THRESHOLD_ONLY: Defences = { complementary: false, guard: false };

/** What a network in the clear is made of. */
export interface ClearSetting {
  readonly dataset: Dataset;
  /** The patients of each centre. */
  readonly centres: Readonly<Record<string, readonly Patient[]>>;
  readonly policy?: Partial<Policy> | undefined;
  readonly defences?: Defences | undefined;
}

/** What happened in a session that matters to its answer. */
export interface Course {
  readonly participants: readonly string[];
  /** How many centres were invited; all of the network unless given. */
  readonly invited?: number | undefined;
  /** Participants that were lost before they dealt once more, for the distances that are tested only when they are needed. */
  readonly lost?: ReadonlySet<string> | undefined;
}

const NOBODY: ReadonlySet<string> = new Set();

interface Past extends EarlierRelease {
  /** Centres whose sets up to its quantiles are kept. */
  readonly learnt: Set<string>;
}

/**
 * Answers query after query as a `World` does, by the same rule and from the same past, without its cryptography: one program that sees all
 * patients. For searches that ask thousands of queries. The own-part rule is not in it.
 */
export class ClearNetwork {
  /** The patients of each centre; may be changed between queries. */
  readonly centres: Map<string, readonly Patient[]>;
  nowMs: number = Date.UTC(2026, 0, 1);
  readonly #dataset: Dataset;
  readonly #policy: Policy;
  readonly #defences: Defences;
  readonly #stores: ReadonlyMap<string, GuardStore>;
  readonly #past: Past[] = [];

  constructor({ dataset, centres, policy, defences = ALL_DEFENCES }: ClearSetting) {
    this.centres = new Map(Object.entries(centres));
    this.#dataset = dataset;
    this.#policy = { ...DEFAULT_POLICY, ...policy };
    this.#defences = defences;
    this.#stores = new Map([...this.centres.keys()].map((name) => [name, new GuardStore(dataset)]));
  }

  /** The release of a query, among some of the centres or all. */
  ask(query: Query, participants: readonly string[] = [...this.centres.keys()]): Release {
    const session = String(this.#past.length);
    const { release: made, planned, policy } = this.#answer(query, { participants }, session);
    this.#past.push({
      session,
      query: contentHash(query),
      participants,
      atMs: this.nowMs,
      plan: planned,
      policy,
      sets: setsOfRelease(planned, made),
      release: made,
      learnt: new Set(),
    });
    this.nowMs += 60_000;
    return made;
  }

  /** What a query would be answered now, and the number of each cell that would open on the way; it is not remembered. */
  answer(
    query: Query,
    course: Course,
  ): { readonly release: Release; readonly opens: ReadonlyMap<number, number>; readonly policy: Policy } {
    return this.#answer(query, course, "asked in passing");
  }

  /** Takes in a session that another network had; the oldest first. */
  remember(past: EarlierRelease): void {
    for (const name of past.participants)
      this.#stores.get(name)!.keep(past.session, this.#stores.get(name)!.membership(setsToKeep(past.plan), this.centres.get(name)!));
    this.#past.push({ ...past, learnt: new Set() });
  }

  #answer(query: Query, { participants, invited = this.centres.size, lost = NOBODY }: Course, session: string) {
    const policy = this.#policy;
    const planned = plan(query, this.#dataset);
    const everybody = participants.flatMap((name) => this.centres.get(name)!);
    const pooled = interpret(planned, this.#dataset, everybody);
    const verdicts = verdictsOf(planned, pooled, policy);
    const strength = participants.length > 3 ? ("malicious" as const) : ("passive" as const);
    const n = participants.length;
    const centres = { invited, contributed: n, finished: n };
    const about = { query: contentHash(query), roster: NO_ROSTER, policy, centres, strength };
    const { pairs, all } = this.#compare(planned, { participants, lost }, session);
    // As the network does it: some are tested only when the others ask for it.
    const distances = all.map((distance, pair) => (pairs[pair]!.later ? null : distance));
    const again = this.#defences.guard ? answerAgain(this.#past, about.query, policy, pairs, distances) : null;
    const standingWithout = (more: ReadonlySet<number>): readonly Standing[] => {
      const refused = guarded(planned, pairs, distances).map((hides, cell) => hides || more.has(cell));
      return this.#standing(planned, verdicts, { participants, pairs, distances, refused });
    };
    let standing = standingWithout(new Set());
    const waiting = pairsLeft(pairs, distances, verdicts);
    const later = new Set(pairsThatMatter(planned, pairs, waiting, standing));
    if (later.size > 0) {
      for (const pair of later) distances[pair] = all[pair]!;
      standing = standingWithout(new Set(waiting.flatMap((pair) => (later.has(pair) ? [] : [pairs[pair]!.cell]))));
    }
    if (again !== null) {
      const unchanged = releaseAgain(again.release!, new Date(again.atMs).toISOString().slice(0, 10), about);
      return { release: unchanged, opens: new Map<number, number>(), planned, policy };
    }
    const opened = openedOf(planned, pooled, policy, standing, this.#past);
    return { release: this.#released(planned, opened, toldBefore(pairs, distances), about), opens: opened.counts, planned, policy };
  }

  #standing(
    planned: Plan,
    verdicts: readonly boolean[],
    guard: {
      readonly participants: readonly string[];
      readonly pairs: readonly GuardPair[];
      readonly distances: readonly (Distance | null)[];
      readonly refused: readonly boolean[];
    },
  ): readonly Standing[] {
    const { participants, pairs, distances, refused } = guard;
    if (this.#defences.complementary) {
      const before = this.#defences.guard ? stillStanding(this.#past, participants, pairs, distances) : [];
      return suppress(planned, this.#policy, verdicts, before, refused);
    }
    return primary(planned, this.#policy, verdicts).map((hides, cell) => (hides || refused[cell]! ? "hidden" : "open"));
  }

  #released(planned: Plan, opened: Opened, told: readonly number[], about: Session): Release {
    const repeated = told.filter((cell) => opened.counts.has(cell));
    return release(planned, opened, repeated.length === 0 ? about : { ...about, repeated });
  }

  /** How far the plan's cells are from all that was told before; and each centre keeps what it has in them. */
  #compare(
    planned: Plan,
    { participants, lost }: { readonly participants: readonly string[]; readonly lost: ReadonlySet<string> },
    session: string,
  ): { readonly pairs: readonly GuardPair[]; readonly all: readonly Distance[] } {
    if (!this.#defences.guard) return { pairs: [], all: [] };
    this.#learn();
    const pairs = guardPairs(planned, this.#past, this.#dataset);
    const guard = { earlier: this.#past, pairs };
    const differences = new Uint32Array(pairs.length);
    for (const name of participants) {
      const store = this.#stores.get(name)!;
      const now: Membership = store.membership(setsToKeep(planned), this.centres.get(name)!);
      const own = store.differences(planned, guard, now, MAX_THRESHOLD);
      pairs.forEach(({ later }, pair) => (differences[pair]! += later && lost.has(name) ? 0 : own[pair]!));
      store.keep(session, now);
    }
    const without = this.#past.map((past) => past.participants.some((name) => !participants.includes(name)));
    const all = pairs.map((one, pair): Distance => {
      const difference = differences[pair]!;
      if (difference >= this.#policy.threshold) return "far";
      // What is not known of one centre may be anything.
      const isPartial = releasesOf(one).some((earlier) => without[earlier]) || (one.later && lost.size > 0);
      if (isPartial || emptyIsNear(one, this.#policy)) return "near";
      return difference > 0 ? "near" : one.same ? "equal" : "far";
    });
    return { pairs, all };
  }

  /** Centres keep the sets up to quantiles of past releases, from the patients that they have now. */
  #learn(): void {
    for (const { session, plan: planned, sets, participants, learnt } of this.#past)
      for (const name of participants) {
        if (learnt.has(name)) continue;
        learnt.add(name);
        this.#stores.get(name)!.keepQuantiles(session, planned, sets, this.centres.get(name)!);
      }
  }
}
