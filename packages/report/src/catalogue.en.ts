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
    `Hidden: fewer than ${threshold} patients in the whole network${zeros === "hide" ? ", nobody included" : " (nobody is shown as 0)"}; ` +
    `or a number, a total included, that would let a reader work such a one out. The two cannot be told apart.`,
  hiddenStatistic: ({ threshold, tail }) =>
    `Not shown: a mean needs at least ${threshold} patients whose value is known; a median or another quantile needs that and, ` +
    `of those patients, at least ${tail} expected on each side of it. It is also hidden where the number of known values is.`,
  basis: "Percentages are of the patients whose value is known; intervals are Wilson's, 95%.",
  centres: ({ invited, contributed, finished }) =>
    `Centres: ${invited} invited, ${contributed} contributed, ${finished} finished. All numbers are of the whole network, never of one centre.`,
  threeCentres:
    "Three centres: their numbers are safe as long as each centre follows the protocol and no two of them pool what they see; " +
    "a centre that lies in the protocol may go unnoticed. From four centres on, it does not.",
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
