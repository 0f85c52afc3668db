import type { Query } from "@tutti/query";
import { validateDetailed } from "node-cron";

/** When a schedule is due. */
export interface ScheduleTimes {
  /** Minute, hour, day of month, month, day of week; with six fields, seconds first. */
  readonly cron: string;
  /** IANA name of the time zone in which the expression is read. */
  readonly timezone: string;
}

/** A query that is asked again and again, in its requester's name. */
export interface Schedule extends ScheduleTimes {
  readonly name: string;
  readonly requester: string;
  /** Ask once after a start when the last time was missed. */
  readonly catchUp: boolean;
  readonly query: Query;
}

/** What is wrong with times, in a sentence that says what to do; null when nothing is. */
export function problemOfTimes({ cron, timezone }: ScheduleTimes): string | null {
  const { valid, errors } = validateDetailed(cron);
  if (!valid)
    return `its cron expression can't be read (${errors[0]?.message ?? "it is malformed"}): write minute, hour, day of month, month, day of week, as in "0 6 * * 1"`;
  return isTimezone(timezone) ? null : `there is no time zone ${JSON.stringify(timezone)}: give an IANA name, as in "Europe/Paris"`;
}

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
