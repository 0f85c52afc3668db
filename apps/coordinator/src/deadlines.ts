/** How long the coordinator waits, in milliseconds. */
export interface Deadlines {
  /** For answers to an offer. */
  readonly answerMs: number;
  /** For an exchange, after its first bundle; for signatures, after the first. */
  readonly exchangeMs: number;
  /** For a query as a whole. */
  readonly queryMs: number;
}

/** Five seconds, ten seconds, a minute and a half. */
export const DEFAULT_DEADLINES: Deadlines = { answerMs: 5_000, exchangeMs: 10_000, queryMs: 90_000 };
