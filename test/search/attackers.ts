/** What an attacker may use. */
export interface Attacker {
  /** Queries in a sequence, at most; at least 2. */
  readonly queries: number;
  readonly quantiles: boolean;
  readonly means: boolean;
  /** Other participants, other data. */
  readonly changes: boolean;
  /** `complete`: the attacker knows that no value is missing. */
  readonly knows: "anything" | "complete";
}

/** Attackers by what they ask and what they know. All of them know the rule, the dictionary and every release. */
export const ATTACKERS: Readonly<Record<string, Attacker>> = {
  "counts, two queries": { queries: 2, quantiles: false, means: false, changes: true, knows: "anything" },
  "counts, two to six": { queries: 6, quantiles: false, means: false, changes: true, knows: "anything" },
  "counts and medians": { queries: 6, quantiles: true, means: false, changes: true, knows: "anything" },
  "counts, medians, means": { queries: 6, quantiles: true, means: true, changes: true, knows: "anything" },
  "counts, nothing missing": { queries: 6, quantiles: false, means: false, changes: true, knows: "complete" },
  "all, nothing missing": { queries: 6, quantiles: true, means: true, changes: true, knows: "complete" },
};
