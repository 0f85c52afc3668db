/** One thing that makes something good, and whether it holds. */
export interface Check {
  readonly text: string;
  readonly passed: boolean;
}

/** A list that is ticked off one after another. */
export class Checklist {
  readonly checks: Check[] = [];

  /** Adds a line, and says whether it holds. */
  tick(text: string, passed: boolean): boolean {
    this.checks.push({ text, passed });
    return passed;
  }
}
