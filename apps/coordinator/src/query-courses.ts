import { ProblemFault } from "./problem-fault.ts";
import type { QueryCourse } from "./query-course.ts";

/** Open queries of one requester, and of all. */
const MAX_OPEN = { requester: 8, all: 64 } as const;
/** Ended queries that are kept in memory, for participants and readers that come late. */
const KEPT = 100;

/** The queries that a coordinator has in memory, by the names that callers know them by. */
export class QueryCourses {
  /** By id, in the order in which they were asked. */
  readonly #byId = new Map<string, QueryCourse>();
  /** By the hexadecimal part of the offer's hash. */
  readonly #byOffer = new Map<string, QueryCourse>();
  /** By the session's name. */
  readonly #bySession = new Map<string, QueryCourse>();

  get all(): readonly QueryCourse[] {
    return [...this.#byId.values()];
  }

  /** Throws the ProblemFault `too-many` when a requester, or all together, have as many open as there may be. */
  demandRoom(requester: string): void {
    const open = this.all.map(({ run }) => run).filter(({ isOpen }) => isOpen);
    // Those that wait for people at a centre keep nobody waiting.
    if (
      open.filter(({ isHeld }) => !isHeld).length >= MAX_OPEN.all ||
      open.filter((run) => run.requester === requester).length >= MAX_OPEN.requester
    )
      throw new ProblemFault("too-many", "too many queries are open at a time: wait until one of them has ended");
  }

  add(course: QueryCourse): void {
    this.#byId.set(course.run.id, course);
  }

  /** Takes back what was added. */
  remove(course: QueryCourse): void {
    this.#byId.delete(course.run.id);
  }

  /** @param offerHash `sha256:…` */
  nameOffer(offerHash: string, course: QueryCourse): void {
    this.#byOffer.set(offerHash.slice("sha256:".length), course);
  }

  nameSession(session: string, course: QueryCourse): void {
    this.#bySession.set(session, course);
  }

  find(id: string): QueryCourse | null {
    return this.#byId.get(id) ?? null;
  }

  /** @param offerHex the hexadecimal part of the offer's hash */
  ofOffer(offerHex: string): QueryCourse | null {
    return this.#byOffer.get(offerHex) ?? null;
  }

  ofSession(session: string): QueryCourse | null {
    return this.#bySession.get(session) ?? null;
  }

  /** Forgets the oldest that have ended. */
  forgetOld(): void {
    const ended = this.all.filter(({ run }) => !run.isOpen);
    for (const course of ended.slice(0, Math.max(0, ended.length - KEPT))) {
      this.#byId.delete(course.run.id);
      for (const index of [this.#byOffer, this.#bySession]) for (const [name, of] of index) if (of === course) index.delete(name);
    }
  }
}
