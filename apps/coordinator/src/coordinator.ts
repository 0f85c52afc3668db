import type { Dataset } from "@tutti/dataset";
import { preview, type Preview } from "@tutti/disclosure";
import { contentHash, EnvelopeFault, toHex } from "@tutti/envelope";
import { type QueryState, type Receipt, WAIT_MS } from "@tutti/protocol";
import { LimitError, plan } from "@tutti/query";
import { askedQuery } from "./asked-query.ts";
import { CentreDesk } from "./centre-desk.ts";
import { within } from "./clock.ts";
import type { CoordinatorSetting } from "./coordinator-setting.ts";
import { DatabaseFault } from "./database.ts";
import { INTERRUPTED } from "./ending.ts";
import { Lifetime } from "./lifetime.ts";
import { faultFields } from "./log.ts";
import { OpenOffers } from "./open-offers.ts";
import { Past } from "./past.ts";
import { Presence } from "./presence.ts";
import { ProblemFault } from "./problem-fault.ts";
import { PublicLog } from "./public-log.ts";
import { type CourseSetting, QueryCourse } from "./query-course.ts";
import { QueryCourses } from "./query-courses.ts";
import type { OpenQuery } from "./store.ts";
import { Turns } from "./turns.ts";

/** Who asks whether it is ready waits so long for the store. */
const READY_MS = 2_000;

/** Signs queries, fans them out, passes sealed mail, publishes releases. What requesters ask is here, each method one endpoint; each throws ProblemFaults. */
export class Coordinator {
  /** What it did, for everybody to see. */
  readonly publicLog: PublicLog;
  /** What centres ask. */
  readonly centres: CentreDesk;
  readonly #setting: CourseSetting;

  private constructor(setting: CoordinatorSetting, past: Past, publicLog: PublicLog) {
    const { clock, datasets, sha256 } = setting;
    const presence = new Presence(clock);
    this.publicLog = publicLog;
    this.#setting = {
      ...setting,
      hashes: new Map<Dataset, string>(datasets.map((dataset) => [dataset, contentHash(dataset, sha256)])),
      past,
      courses: new QueryCourses(),
      turns: new Turns(),
      offers: new OpenOffers(clock, presence),
      presence,
      lifetime: new Lifetime(),
      onUnwritten: (fault) => this.#unwritten(fault),
    };
    this.centres = new CentreDesk(this.#setting);
  }

  /** Reads what the store holds, and goes on with the queries that have not ended (`QUERY_STAGES`). Rejects with a DatabaseFault. */
  static async open(setting: CoordinatorSetting): Promise<Coordinator> {
    const { store, log } = setting;
    const publicLog = await PublicLog.open({ ...setting, rows: store.logRows });
    // What could not be written now is written at the next start.
    setting.rosters.onNewer(() => void publicLog.writeRosters().catch(() => {}));
    const coordinator = new Coordinator(setting, await Past.open(setting, store, log), publicLog);
    for (const query of await store.open()) await coordinator.#takeUp(query);
    setting.rosters.onNewer((newest) => coordinator.#setting.courses.all.forEach(({ run }) => run.rosterChanged(newest)));
    return coordinator;
  }

  /** Takes a query, offers it to all centres, and gives its id. */
  async ask(value: unknown, requester: string): Promise<string> {
    const { random, clock, store, log, datasets, courses, lifetime } = this.#setting;
    lifetime.demandRunning();
    const asked = askedQuery(value, datasets);
    courses.demandRoom(requester);
    const id = toHex(random(16));
    const question = { id, requester, askedAtMs: clock.nowMs() };
    const course = new QueryCourse(question, asked, this.#setting);
    courses.add(course);
    courses.forgetOld();
    try {
      await store.begin({ ...question, query: asked.query });
    } catch (fault) {
      courses.remove(course);
      if (fault instanceof DatabaseFault) this.#unwritten(fault);
      throw fault;
    }
    lifetime.demandRunning();
    log.info({ query: id, requester }, "asked");
    course.takeTurn();
    return id;
  }

  /** Goes on with a query that had not ended when the process did. */
  async #takeUp(kept: OpenQuery): Promise<void> {
    const { store, clock, datasets, log, courses } = this.#setting;
    try {
      const course = new QueryCourse(kept, askedQuery(kept.query, datasets), this.#setting);
      const enter = kept.formed === null ? () => course.takeTurn() : course.resuming(kept.formed);
      log.info({ query: kept.id }, kept.formed === null ? "taken up" : "resumed");
      courses.add(course);
      enter();
    } catch (fault) {
      // The dictionary or the roster is another one than when it was asked.
      if (!(fault instanceof ProblemFault || fault instanceof EnvelopeFault)) throw fault;
      await store.end(kept.id, INTERRUPTED, clock.nowMs(), null);
      log.info({ query: kept.id, outcome: INTERRUPTED.outcome, cause: INTERRUPTED.cause }, "ended");
    }
  }

  /** What a query would mean and cost, from what is public alone; nothing is asked. */
  async preview(value: unknown): Promise<Preview> {
    const { datasets, lifetime, past } = this.#setting;
    lifetime.demandRunning();
    const { query, dataset } = askedQuery(value, datasets);
    try {
      return preview(plan(query, dataset), await past.of(query.dataset), dataset);
    } catch (fault) {
      if (!(fault instanceof LimitError)) throw fault;
      throw new ProblemFault(
        "query-invalid",
        "the query is too large to be compared with all earlier releases: ask fewer strata or measures",
      );
    }
  }

  /**
   * Where a query stands, once there are more than `seen` events or it has ended.
   * @param requester whose queries may be seen; null for everybody's
   */
  async state(id: string, requester: string | null, seen: number): Promise<QueryState> {
    const { courses, store } = this.#setting;
    const run = courses.find(id)?.run;
    if (run === undefined) {
      const kept = await store.find(id, requester);
      if (kept === null) throw new ProblemFault("not-found", "you have asked no query of this id");
      return { id, state: kept.ending.outcome, events: [], seen, release: kept.ending.release, detail: kept.ending.detail };
    }
    if (requester !== null && run.requester !== requester) throw new ProblemFault("not-found", "you have asked no query of this id");
    // After a restart the events are others than those that were seen.
    const known = seen > run.journal.length ? 0 : seen;
    await run.journal.wait(known, WAIT_MS);
    return run.state(known);
  }

  /**
   * Where a requester's own release comes from; anybody's for a requester that is null.
   * @throws ProblemFault `not-found` where there is no release, or none of theirs
   */
  async receipt(id: string, requester: string | null): Promise<Receipt> {
    const kept = await this.#setting.store.sessionOf(id, requester);
    if (kept === null || kept.item.release === null) throw new ProblemFault("not-found", "no query of yours has this id and a release");
    const { offer, formation, release } = kept.item;
    const { envelope: head, size } = await this.publicLog.head();
    const inclusion = await this.publicLog.inclusion(kept.session, contentHash(release, this.#setting.sha256), size);
    return { offer, formation, head, inclusion };
  }

  /** Throws a ProblemFault while the store does not answer within two seconds, or the end has begun. */
  async demandReady(): Promise<void> {
    const { lifetime, store, clock } = this.#setting;
    lifetime.demandRunning();
    let isThere = false;
    const asked = store.find("", "").then(
      () => void (isThere = true),
      () => {},
    );
    await within(asked, READY_MS, clock);
    if (!isThere)
      throw new ProblemFault(
        "not-ready",
        "the coordinator's store does not answer: its operator looks at the disk, or the database server",
      );
  }

  /** How many centres wait for offers, or did so just now. */
  get present(): number {
    const { rosters, presence } = this.#setting;
    return rosters.newest.centres.filter(({ name }) => presence.isConnected(name)).length;
  }

  /** Ends everything that is open, with a named outcome; but for what waits for people: whoever opens the store next goes on with that. */
  async close(): Promise<void> {
    const { lifetime, courses, offers } = this.#setting;
    lifetime.stop();
    for (const { run } of courses.all) {
      if (run.isHeld) run.abandon();
      else run.interrupt();
    }
    offers.close();
    await Promise.all(courses.all.map(({ run }) => run.over));
  }

  /** Lets go of everything without an end, as a crash would: whoever opens the store next goes on with it. */
  abandon(): void {
    const { lifetime, courses, offers } = this.#setting;
    lifetime.lose(() => {
      for (const { run } of courses.all) run.abandon();
      offers.close();
    });
  }

  /** Whether this coordinator has let go of everything. */
  get isLost(): boolean {
    return this.#setting.lifetime.isLost;
  }

  /** Settles when it has. */
  get lost(): Promise<void> {
    return this.#setting.lifetime.lost;
  }

  /** Nothing is told that could not be written; what was not told is found in the store. */
  #unwritten(fault: unknown): void {
    this.#setting.log.error(faultFields(fault), "the store can't be written");
    this.abandon();
  }
}
