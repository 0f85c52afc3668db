/** How long the coordinator waits, in milliseconds. */
export interface Deadlines {
  /** For answers to an offer. */
  readonly answerMs: number;
  /** For an exchange, after its first bundle; for signatures, after the first. */
  readonly exchangeMs: number;
  /** For centres that are not connected, once all that are have answered and enough of them with yes. */
  readonly graceMs: number;
  /** For a query as a whole. */
  readonly queryMs: number;
  /** For people at the centres to decide whether a query may run. */
  readonly decideMs: number;
  /** For people to decide whether their centre's shares leave, in the middle of a session; below half an epoch of keys. */
  readonly sharesMs: number;
}

/** Five seconds, ten seconds, a third of one, a minute and a half; for people a week, and ten minutes. */
export const DEFAULT_DEADLINES: Deadlines = {
  answerMs: 5_000,
  exchangeMs: 10_000,
  graceMs: 300,
  queryMs: 90_000,
  decideMs: 604_800_000,
  sharesMs: 600_000,
};
