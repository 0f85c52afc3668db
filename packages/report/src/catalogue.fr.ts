import type { Catalogue } from "./catalogue.ts";

/** The words of a French report. A no-break space stands before %, : and ;. */
export const french: Catalogue = {
  decimal: ",",
  percent: (number) => `${number} %`,
  columns: {
    value: "n (%)",
    quantiles: "Médiane [Q1–Q3]",
    known: "Connus",
    tested: "Testés",
    positive: "Positifs",
    rate: "%",
    interval: "Intervalle à 95 %",
  },
  patients: "Patients",
  yes: "Oui",
  no: "Non",
  allPatients: "Tous les patients",
  median: "médiane",
  medianQuartiles: "médiane [Q1–Q3]",
  quantile: (percent) => `${percent}e percentile`,
  mean: "moyenne (écart-type)",
  to: " à ",
  hiddenCount: ({ threshold, zeros }) =>
    `Masqué : moins de ${threshold} patients dans tout le réseau${zeros === "hide" ? ", zéro compris" : " (zéro est affiché 0)"} ; ` +
    `ou un nombre, y compris un total, qui permettrait d’en déduire un tel. On ne peut pas distinguer les deux cas.`,
  hiddenStatistic: ({ threshold, tail }) =>
    `Non montré : une moyenne demande au moins ${threshold} patients dont la valeur est connue ; une médiane ou un autre quantile demande en plus ` +
    `qu’au moins ${tail} d’entre eux soient attendus de chaque côté. Masqué aussi quand le nombre de valeurs connues l’est.`,
  basis: "Les pourcentages portent sur les patients dont la valeur est connue ; les intervalles sont ceux de Wilson, à 95 %.",
  centres: ({ invited, contributed, finished }) =>
    `Centres : ${invited} invités, ${contributed} ont contribué, ${finished} sont allés au bout. Tous les nombres sont ceux du réseau entier, jamais d’un centre.`,
  threeCentres:
    "Trois centres : leurs nombres sont protégés tant que chacun suit le protocole et que deux d’entre eux ne mettent pas en commun ce qu’ils voient ; " +
    "un centre qui ment dans le protocole peut passer inaperçu. À partir de quatre centres, non.",
  units: {
    a: "ans",
    mo: "mois",
    wk: "semaines",
    d: "jours",
    h: "heures",
    "g/dL": "g/dL",
    "kg/m2": "kg/m²",
    "/mm3": "par mm³",
    "1": "",
  },
};
