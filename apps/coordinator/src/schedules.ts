import type { ScheduleState } from "@tutti/protocol";
import { createTask, type Logger, type ScheduledTask } from "node-cron";
import type { CallOff, Clock } from "./clock.ts";
import { faultFields, type Log } from "./log.ts";
import { ProblemFault } from "./problem-fault.ts";
import type { Schedule } from "./schedule.ts";
import type { ScheduleRuns } from "./schedule-runs.ts";

/** A time that is noticed later than this is missed. */
const LATE_MS = 60_000;
/** How long after a start a missed query is caught up: the centres need time to come back too. */
const CATCH_UP_MS = 30_000;

/** What schedules work with. */
export interface SchedulesSetting {
  readonly schedules: readonly Schedule[];
  readonly runs: ScheduleRuns;
  /** The clock of this machine: node-cron knows no other. */
  readonly clock: Clock;
  readonly log: Log;
  /** Asks a query as a researcher would, and gives its id. Throws a ProblemFault. */
  readonly ask: (query: unknown, requester: string) => Promise<string>;
}

interface Running {
  readonly schedule: Schedule;
  readonly task: ScheduledTask;
}

/** Asks queries at their times; a query whose last run is still open is skipped. */
export class Schedules {
  readonly #setting: SchedulesSetting;
  readonly #running: readonly Running[];
  readonly #callOffs: CallOff[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  constructor(setting: SchedulesSetting) {
    this.#setting = setting;
    this.#running = setting.schedules.map((schedule) => ({ schedule, task: this.#task(schedule) }));
  }

  /** Notes what was missed while nothing ran, and begins. */
  async start(): Promise<void> {
    const { runs, clock, log } = this.#setting;
    for (const running of this.#running) {
      const { schedule, task } = running;
      const missedAtMs = await runs.miss(schedule.name, clock.nowMs());
      if (missedAtMs !== null) {
        log.warn({ schedule: schedule.name, dueAtMs: missedAtMs, catchUp: schedule.catchUp }, "a scheduled query was missed");
        if (schedule.catchUp) this.#callOffs.push(clock.after(CATCH_UP_MS, () => this.#alone(this.#run(schedule, clock.nowMs()))));
      }
      void task.start();
      await this.#awaitNext(running);
    }
  }

  /** Ends; queries that were asked go on. */
  stop(): void {
    for (const callOff of this.#callOffs) callOff();
    for (const { task } of this.#running) void task.destroy();
  }

  /** The schedules that ask in a requester's name; all of them for null. */
  async of(requester: string | null): Promise<readonly ScheduleState[]> {
    const own = this.#running.filter(({ schedule }) => requester === null || schedule.requester === requester);
    return Promise.all(
      own.map(async ({ schedule: { name, cron, timezone }, task }) => {
        const lastRun = await this.#setting.runs.last(name);
        return { name, cron, timezone, lastRun, nextRunAtMs: nextOf(task) };
      }),
    );
  }

  #task(schedule: Schedule): ScheduledTask {
    const { name, cron, timezone } = schedule;
    const options = { name, timezone, missedExecutionTolerance: LATE_MS, logger: loggerOf(this.#setting.log) };
    const task = createTask(cron, ({ date }) => this.#due({ schedule, task }, () => this.#run(schedule, date.getTime())), options);
    task.on("execution:missed", ({ date }) => this.#alone(this.#due({ schedule, task }, () => this.#missed(schedule, date.getTime()))));
    return task;
  }

  /** What is due happens one after the other: times that were missed in a row come all at once. */
  #due(running: Running, act: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(act).finally(() => this.#awaitNext(running));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Work that nobody waits for: its failure is logged, as node-cron logs that of the rest. */
  #alone(work: Promise<void>): void {
    work.catch((fault: unknown) => this.#setting.log.error(faultFields(fault), "the scheduler failed"));
  }

  async #awaitNext({ schedule, task }: Running): Promise<void> {
    await this.#setting.runs.await(schedule.name, nextOf(task));
  }

  async #run({ name, query, requester }: Schedule, dueAtMs: number): Promise<void> {
    const { runs, log, ask } = this.#setting;
    if (await runs.isOpen(name)) {
      log.warn({ schedule: name, dueAtMs }, "a scheduled query was skipped");
      return runs.notAsked(name, dueAtMs, "skipped");
    }
    try {
      await runs.asked(name, dueAtMs, await ask(query, requester));
    } catch (fault) {
      if (!(fault instanceof ProblemFault)) throw fault;
      log.warn({ schedule: name, dueAtMs, problem: fault.message }, "a scheduled query could not be asked");
      await runs.notAsked(name, dueAtMs, "notAsked");
    }
  }

  /** The machine slept, or its clock was set forward. One note stands for all times in a row. */
  async #missed({ name }: Schedule, dueAtMs: number): Promise<void> {
    const { runs, log } = this.#setting;
    if ((await runs.last(name))?.outcome === "missed") return;
    log.warn({ schedule: name, dueAtMs }, "a scheduled query was missed");
    await runs.notAsked(name, dueAtMs, "missed");
  }
}

function nextOf(task: ScheduledTask): number {
  return task.getNextRuns(1)[0]!.getTime();
}

/** node-cron's own words go where all others go. */
function loggerOf(log: Log): Logger {
  return {
    info: (said) => log.info({ problem: said }, "the scheduler says"),
    warn: (said) => log.warn({ problem: said }, "the scheduler warns"),
    error: (said, error) =>
      log.error(said instanceof Error ? faultFields(said) : { ...faultFields(error), problem: said }, "the scheduler failed"),
    debug: () => {},
  };
}
