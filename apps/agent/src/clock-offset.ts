import { CLOCK_SKEW_MS } from "@tutti/protocol";

/** How far this machine's clock is off the coordinator's. */
export interface ClockOffset {
  /** Whole seconds, and which way, for a sentence: `600 s behind the coordinator's`. */
  readonly words: string;
  readonly seconds: number;
  /** Whether requests are still taken for timely: up to 120 s either way. */
  readonly isTolerated: boolean;
}

/** Seconds that are allowed, and what sets a clock right. */
export const CLOCK_REMEDY: string = `${CLOCK_SKEW_MS / 1_000} s are allowed: let it be set by NTP (timedatectl set-ntp true)`;

/**
 * Compares this machine's clock with the time at which an answer was sent; how long the answer was on its way is in it.
 * @param dateMs the answer's `Date`, milliseconds since 1970
 */
export function clockOffset(dateMs: number, nowMs: number): ClockOffset {
  const offMs = nowMs - dateMs;
  const seconds = Math.round(Math.abs(offMs) / 1_000);
  return {
    words: `${seconds} s ${offMs < 0 ? "behind" : "ahead of"} the coordinator's`,
    seconds,
    isTolerated: Math.abs(offMs) <= CLOCK_SKEW_MS,
  };
}
