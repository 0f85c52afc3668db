import type { Means } from "./sequence.ts";

/** Attackers by what they ask and what they know. All of them know the rule, the dictionary and every release. */
export const ATTACKERS: Readonly<Record<string, Means>> = {
  "counts, two queries": { queries: 2, quantiles: false, means: false, changes: true, knows: "anything" },
  "counts, two to six": { queries: 6, quantiles: false, means: false, changes: true, knows: "anything" },
  "counts and medians": { queries: 6, quantiles: true, means: false, changes: true, knows: "anything" },
  "counts, medians, means": { queries: 6, quantiles: true, means: true, changes: true, knows: "anything" },
  "counts, nothing missing": { queries: 6, quantiles: false, means: false, changes: true, knows: "complete" },
  "all, nothing missing": { queries: 6, quantiles: true, means: true, changes: true, knows: "complete" },
};
