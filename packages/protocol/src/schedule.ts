import { z } from "zod";
import { type Outcome, OUTCOMES } from "./progress.ts";

/**
 * What became of a time at which a query was due.
 * - `open`, or how the query ended
 * - `missed`: nothing ran at the time; one note stands for all times in a row that were missed
 * - `skipped`: the query of an earlier time was still open
 * - `notAsked`: the query could not be asked; the coordinator's log says why
 */
export type RunOutcome = Outcome | "open" | "missed" | "skipped" | "notAsked";

/** A time at which a query was due. */
export interface ScheduleRun {
  /** Milliseconds since 1970. */
  readonly dueAtMs: number;
  readonly outcome: RunOutcome;
  /** The query's id; null where none was asked. */
  readonly query: string | null;
}

/** A query that the coordinator asks again and again in its requester's name. */
export interface ScheduleState {
  readonly name: string;
  /** A cron expression, read in the time zone (IANA). */
  readonly cron: string;
  readonly timezone: string;
  /** Null before the first. */
  readonly lastRun: ScheduleRun | null;
  /** Milliseconds since 1970. */
  readonly nextRunAtMs: number;
}

/** The shape of a schedule's state. */
export const scheduleStateSchema: z.ZodType<ScheduleState> = z.strictObject({
  name: z.string().max(100),
  cron: z.string().max(200),
  timezone: z.string().max(100),
  lastRun: z
    .strictObject({
      dueAtMs: z.int(),
      outcome: z.enum(["open", ...OUTCOMES, "missed", "skipped", "notAsked"]),
      query: z.string().max(100).nullable(),
    })
    .nullable(),
  nextRunAtMs: z.int(),
});
