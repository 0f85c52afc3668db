import type { ReleasedSet } from "@tutti/disclosure";
import type { HistoryItem, PastSession } from "@tutti/protocol";
import type { Plan } from "@tutti/query";
import { packed, unpacked } from "../packed-hash.ts";

/** What a line of the history says of a session beside its item: what the guard asks for, so that items need not be opened again. */
export interface Summary extends Omit<PastSession, "plan" | "sets" | "heads" | "recorded"> {
  readonly offer: string;
  /** `sha256:…` of the dictionary. */
  readonly dictionary: string;
  /** The list of sets as JSON. */
  readonly sets: string;
  readonly heads: Readonly<Record<string, { readonly index: number; readonly hash: string }>>;
}

/** Where a session's line is in the file, in bytes. */
export interface Place {
  readonly at: number;
  readonly length: number;
}

/** The file that sessions are read from. */
export interface SessionFile {
  summaryAt(place: Place): Summary;
  itemAt(place: Place): HistoryItem;
  /** The plan of a past query. */
  planOf(item: HistoryItem): Plan;
}

/** What sessions have in common that ran alike: a recurring report by the same centres that told the same. */
interface Course extends Pick<PastSession, "participants" | "policy"> {
  readonly sets: readonly ReleasedSet[];
  /** Of the first that ran like this; the query is each session's own. */
  readonly release: PastSession["release"];
  plan: WeakRef<Plan> | null;
}

/** Characters of courses that are held: beyond that, they are read again from the file when the guard asks. */
const MAX_CHARACTERS = 1_000_000;

/** The courses of the sessions in a file. */
export class Courses {
  readonly #file: SessionFile;
  /** By number: a session's number stands for its course for as long as it is held. */
  readonly #held = new Map<number, Course>();
  readonly #numbers = new Map<string, number>();
  #characters = 0;
  #next = 0;

  constructor(file: SessionFile) {
    this.#file = file;
  }

  get file(): SessionFile {
    return this.#file;
  }

  /** The number of a session's course. */
  numberOf({ participants, policy, sets, release }: Summary): number {
    const text = JSON.stringify([participants, policy, sets, release === null ? null : { ...release, query: "" }]);
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    if (this.#characters + text.length > MAX_CHARACTERS) {
      this.#held.clear();
      this.#numbers.clear();
      this.#characters = 0;
    }
    const number = this.#next++;
    this.#held.set(number, { participants, policy, sets: JSON.parse(sets) as readonly ReleasedSet[], release, plan: null });
    this.#numbers.set(text, number);
    this.#characters += text.length;
    return number;
  }

  get(number: number): Course | undefined {
    return this.#held.get(number);
  }
}

/**
 * A past session of which only what differs from all others is in memory, some two hundred bytes. What it has in common with others is held once, and all
 * else is read from the file when somebody asks for it.
 */
export class StoredSession implements PastSession {
  readonly dataset: string;
  readonly atMs: number;
  readonly #courses: Courses;
  readonly #at: number;
  readonly #length: number;
  /** 32 bytes each. */
  readonly #query: string;
  readonly #offer: string;
  #course: number;

  /** @param dataset its name, as it is held once */
  constructor(courses: Courses, { at, length }: Place, dataset: string, summary: Summary) {
    this.dataset = dataset;
    this.atMs = summary.atMs;
    this.#courses = courses;
    this.#at = at;
    this.#length = length;
    this.#query = packed(summary.query);
    this.#offer = packed(summary.offer);
    this.#course = courses.numberOf(summary);
  }

  get query(): string {
    return unpacked(this.#query);
  }

  /** The hash of the offer that it was of. */
  get offer(): string {
    return unpacked(this.#offer);
  }

  get session(): string {
    return this.#summary().session;
  }

  get mark(): string {
    return this.#summary().mark;
  }

  get heads(): PastSession["heads"] {
    return new Map(Object.entries(this.#summary().heads));
  }

  get participants(): PastSession["participants"] {
    return this.#alike().participants;
  }

  get policy(): PastSession["policy"] {
    return this.#alike().policy;
  }

  get sets(): PastSession["sets"] {
    return this.#alike().sets;
  }

  get release(): PastSession["release"] {
    const { release } = this.#alike();
    return release === null ? null : { ...release, query: this.query };
  }

  get recorded(): number | null {
    const { release, sets } = this.#alike();
    return release === null ? sets.length : null;
  }

  get plan(): Plan {
    const course = this.#alike();
    const plan = course.plan?.deref() ?? this.#courses.file.planOf(this.item());
    course.plan = new WeakRef(plan);
    return plan;
  }

  /** Its evidence. */
  item(): HistoryItem {
    return this.#courses.file.itemAt(this.#place());
  }

  /** Its plan is known already. */
  knows(plan: Plan): void {
    this.#alike().plan ??= new WeakRef(plan);
  }

  #alike(): Course {
    const held = this.#courses.get(this.#course);
    if (held !== undefined) return held;
    this.#course = this.#courses.numberOf(this.#summary());
    return this.#courses.get(this.#course)!;
  }

  #summary(): Summary {
    return this.#courses.file.summaryAt(this.#place());
  }

  #place(): Place {
    return { at: this.#at, length: this.#length };
  }
}
