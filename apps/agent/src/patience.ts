/** How long the agent waits, in milliseconds, where the offer does not say so. */
export interface Patience {
  /** For an exchange, beyond the time that the offer allows for it: for the way there and back. */
  readonly exchangeSlackMs: number;
  /** Until a refusal, a stop, or what people are asked is given up, which nobody waits for. */
  readonly wordMs: number;
  /** For what the coordinator knows of earlier sessions. */
  readonly catchUpMs: number;
  /** For the coordinator's first answer when the agent starts. */
  readonly connectMs: number;
}

export const PATIENCE: Patience = { exchangeSlackMs: 5_000, wordMs: 5_000, catchUpMs: 20_000, connectMs: 20_000 };
