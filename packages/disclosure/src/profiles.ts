import type { Rules } from "./policy.ts";

/** The name of a set of rules that is known by it. */
export type ProfileName = "network" | "france" | "opensafely" | "omop";

/**
 * Rules as others practise them; docs/profiles.md names the source of each, and what it does to the IPH tables. Complementary suppression is on
 * in all of them.
 */
export const PROFILES: Readonly<Record<ProfileName, Rules>> = {
  /** Tutti's own. */
  network: { threshold: 5, zeros: "hide", missing: "open", tail: 5, minimumCentres: 3 },
  /** No number of fewer than 11 patients: the French health data system. */
  france: { threshold: 11, zeros: "hide", missing: "open", tail: 11, minimumCentres: 3 },
  /** Numbers up to 7 hide, zeros among them, and all others are rounded to 5. */
  opensafely: { threshold: 8, zeros: "hide", missing: "open", tail: 8, minimumCentres: 3, rounding: 5 },
  /** No number below 5: the minimum cell count of OHDSI's tools. */
  omop: { threshold: 5, zeros: "show", missing: "open", tail: 5, minimumCentres: 3 },
};
