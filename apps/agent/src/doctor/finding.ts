import { StartProblem } from "../start-problem.ts";

/** What the doctor looks at, in this order. */
export const CHECKS = [
  "node",
  "identity",
  "roster",
  "policy",
  "dictionary",
  "data",
  "rules",
  "folder",
  "newer roster",
  "queue",
  "log",
  "ledger",
  "past",
  "process",
  "way",
  "name",
  "connection",
  "encryption",
  "coordinator",
  "clock",
  "same roster",
  "same dictionary",
  "signature",
] as const;

/** One of the closed list. */
export type CheckName = (typeof CHECKS)[number];

/** What came of one check; `says` is what was found, or what is wrong and what to do about it. Neither holds data or a secret. */
export interface Finding {
  readonly check: CheckName;
  /** Null when it could not be looked at, since something before it is wrong. */
  readonly passed: boolean | null;
  readonly says: string;
}

/** Something is wrong; the message says what to do. */
export class Ill extends Error {
  override readonly name = "Ill";
}

/** Gathers findings, one after the other; what stands on something that is wrong is not looked at. */
export class Examination {
  readonly findings: Finding[] = [];

  /**
   * Looks at one thing; gives what it was about, or null when it is wrong.
   * @param look gives what it found and a sentence; throws an Ill or a StartProblem
   */
  async look<T>(check: CheckName, look: () => Promise<readonly [T, string]> | readonly [T, string]): Promise<T | null> {
    try {
      const [found, says] = await look();
      this.findings.push({ check, passed: true, says });
      return found;
    } catch (error) {
      const known = error instanceof Ill || error instanceof StartProblem;
      this.findings.push({
        check,
        passed: false,
        says: known ? error.message : "this check failed by a mistake in the program: report it",
      });
      return null;
    }
  }

  /** Notes what can't be looked at. */
  skip(checks: readonly CheckName[], says: string): void {
    for (const check of checks) this.findings.push({ check, passed: null, says });
  }
}
