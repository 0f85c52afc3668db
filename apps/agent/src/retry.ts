import type { Random } from "@tutti/envelope";

const FIRST_MS = 50;
const LONGEST_MS = 5_000;

/** How long to wait after so many failures: doubling from 50 ms to 5 s, each time somewhere between half and all of it, so that agents don't return together. */
export function retryDelayMs(failures: number, random: Random): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
  return longest / 2 + (longest / 2) * (random(1)[0]! / 255);
}
