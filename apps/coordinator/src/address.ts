import type { Context } from "hono";
import { ProblemFault } from "./problem-fault.ts";

/** A named part of the path. */
export function segment(c: Context, name: string): string {
  return c.req.param(name) ?? "";
}

/** The number of an exchange, in the path. Throws the ProblemFault `not-understood`, as the others here. */
export function exchangeOf(c: Context): number {
  const text = segment(c, "exchange");
  const number = Number(text);
  if (!/^\d{1,10}$/.test(text) || number > 0xffff_ffff)
    throw new ProblemFault("not-understood", "an exchange is a whole number of 32 bits");
  return number;
}

/**
 * A number in the path.
 * @param what it counts, for whoever wrote something else
 */
export function numberOf(c: Context, name: string, what: string): number {
  const text = segment(c, name);
  if (!/^\d{1,9}$/.test(text)) throw new ProblemFault("not-understood", `the last part of the address is ${what}: a whole number`);
  return Number(text);
}

/** How many events of a query were seen: none unless it is said. */
export function seenOf(c: Context): number {
  return countOf(c, "seen", "0");
}

/** A number behind the question mark. */
export function countOf(c: Context, name: string, otherwise = ""): number {
  const text = c.req.query(name) ?? otherwise;
  if (!/^\d{1,9}$/.test(text)) throw new ProblemFault("not-understood", `say ?${name}= as a whole number`);
  return Number(text);
}
