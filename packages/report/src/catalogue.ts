import { english } from "./catalogue.en.ts";
import { french } from "./catalogue.fr.ts";

/** The languages that a report can be written in. */
export type Language = "en" | "fr";

/** What the rule of disclosure says, as the footnotes need it. */
export interface Rule {
  /** k: the smallest number of patients that may be shown. */
  readonly threshold: number;
  /** Whether a count of nobody is hidden too. */
  readonly zeros: "hide" | "show";
  /** The fewest patients on either side of a quantile. */
  readonly tail: number;
}

/** Numbers that are those of an earlier release. */
export interface Repeated {
  /** The day of that release: `2026-01-31`. */
  readonly day: string;
  /** Labels of the rows that they are in; empty where it is all of the report. */
  readonly rows: readonly string[];
}

/** Every word of a report in one language; numbers are already written in it. */
export interface Catalogue {
  readonly decimal: "." | ",";
  /** Puts the per-cent sign behind a number. */
  readonly percent: (number: string) => string;
  readonly columns: {
    readonly value: string;
    readonly quantiles: string;
    readonly known: string;
    readonly tested: string;
    readonly positive: string;
    readonly rate: string;
    readonly interval: string;
  };
  readonly patients: string;
  readonly yes: string;
  readonly no: string;
  readonly allPatients: string;
  readonly median: string;
  readonly medianQuartiles: string;
  readonly quantile: (percent: string) => string;
  readonly mean: string;
  readonly to: string;
  readonly hiddenCount: (rule: Rule) => string;
  readonly hiddenStatistic: (rule: Rule) => string;
  readonly basis: string;
  readonly centres: (centres: { readonly invited: number; readonly contributed: number; readonly finished: number }) => string;
  readonly threeCentres: string;
  /** Says no more than the rule does: not whether any patient has changed. */
  readonly asOf: (repeated: Repeated) => string;
  readonly profile: (name: string) => string;
  /** The rules are looser than the profile of this name, for a reason. */
  readonly exception: (profile: string, reason: string) => string;
  readonly rounding: (base: number) => string;
  readonly ownPart: (rule: Rule) => string;
  /** UCUM unit → the words that a reader expects; a unit that is not here is written as it is. */
  readonly units: Readonly<Record<string, string>>;
}

/** Gives the words of a language. */
export function catalogue(language: Language): Catalogue {
  return language === "fr" ? french : english;
}
