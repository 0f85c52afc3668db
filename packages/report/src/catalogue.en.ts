import type { Catalogue } from "./catalogue.ts";

/** The words of an English report. */
export const english: Catalogue = {
  decimal: ".",
  percent: (number) => `${number}%`,
  columns: {
    value: "n (%)",
    quantiles: "Median [Q1–Q3]",
    known: "Known",
    tested: "Tested",
    positive: "Positive",
    rate: "%",
    interval: "95% interval",
  },
  patients: "Patients",
  yes: "Yes",
  no: "No",
  allPatients: "All patients",
  median: "median",
  medianQuartiles: "median [Q1–Q3]",
  quantile: (percent) => `${percent}th percentile`,
  mean: "mean (SD)",
  to: " to ",
  hiddenCount: ({ threshold, zeros }) =>
    `Hidden: ${zeros === "hide" ? `fewer than ${threshold} patients in the whole network, nobody included` : `1 to ${threshold - 1} patients in the whole network`}; ` +
    `or a number, ${zeros === "hide" ? "a total" : "nobody or a total"} included, that would let a reader work such a one out, ` +
    `or that would tell what earlier releases did not. Which of these it is cannot be told.`,
  hiddenStatistic: ({ threshold, tail }) =>
    `Not shown: a mean needs at least ${threshold} patients whose value is known, a standard deviation twice as many; a median or another quantile needs that and, ` +
    `of those patients, at least ${tail} expected on each side of it. It is also hidden where the number of known values is, ` +
    `and where it would tell of a few patients beside other answers.`,
  basis: "Percentages are of the patients whose value is known; intervals are Wilson's, 95%.",
  centres: ({ invited, contributed, finished }) =>
    `Centres: ${invited} invited, ${contributed} contributed, ${finished} finished. All numbers are of the whole network, never of one centre.`,
  threeCentres:
    "Three centres: their numbers are safe as long as each centre follows the protocol and no two of them pool what they see; " +
    "a centre that lies in the protocol may go unnoticed. From four centres on, it does not.",
  asOf: ({ day, rows }) =>
    `${rows.length === 0 ? "These are the numbers" : `Of ${rows.join(", ")} these are the numbers`} of ${day}: they stand until enough patients have ` +
    `changed for new ones to be safe. Whether any have changed is not told.`,
  profile: (name) => `The rules of disclosure are those of the profile ${name}, or stricter.`,
  exception: (profile, reason) => `The rules of disclosure are looser than those of the profile ${profile}, for this reason: ${reason}`,
  rounding: (base) =>
    `Numbers of patients are rounded to multiples of ${base}; a total is the sum of its rounded parts where all of them are shown. ` +
    `Percentages and intervals are worked out from rounded numbers; medians, other quantiles and means are not.`,
  ownPart: ({ threshold }) => `A number hides too where a centre, taking its own patients off, would be left with fewer than ${threshold}.`,
  units: {
    a: "years",
    mo: "months",
    wk: "weeks",
    d: "days",
    h: "hours",
    "g/dL": "g/dL",
    "kg/m2": "kg/m²",
    "/mm3": "per mm³",
    "1": "",
  },
};
