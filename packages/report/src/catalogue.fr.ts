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
    `Masqué : ${zeros === "hide" ? `moins de ${threshold} patients dans tout le réseau, zéro compris` : `de 1 à ${threshold - 1} patients dans tout le réseau`} ; ` +
    `ou un nombre, y compris ${zeros === "hide" ? "un total" : "zéro ou un total"}, qui permettrait d’en déduire un tel, ` +
    `ou qui révélerait ce que les réponses précédentes n’ont pas dit. On ne peut pas distinguer ces cas.`,
  hiddenStatistic: ({ threshold, tail }) =>
    `Non montré : une moyenne demande au moins ${threshold} patients dont la valeur est connue ; une médiane ou un autre quantile demande en plus ` +
    `qu’au moins ${tail} d’entre eux soient attendus de chaque côté. Masqué aussi quand le nombre de valeurs connues l’est, ` +
    `et quand, à côté d’autres réponses, il en dirait trop sur quelques patients.`,
  basis: "Les pourcentages portent sur les patients dont la valeur est connue ; les intervalles sont ceux de Wilson, à 95 %.",
  centres: ({ invited, contributed, finished }) =>
    `Centres : ${invited} invités, ${contributed} ont contribué, ${finished} sont allés au bout. Tous les nombres sont ceux du réseau entier, jamais d’un centre.`,
  threeCentres:
    "Trois centres : leurs nombres sont protégés tant que chacun suit le protocole et que deux d’entre eux ne mettent pas en commun ce qu’ils voient ; " +
    "un centre qui ment dans le protocole peut passer inaperçu. À partir de quatre centres, non.",
  asOf: ({ day, rows }) =>
    `${rows.length === 0 ? "Ces nombres sont ceux" : `Pour ${rows.join(", ")}, les nombres sont ceux`} du ${day} : ils valent jusqu’à ce qu’assez de patients aient ` +
    `changé pour que de nouveaux soient sans risque. S’il y a eu des changements, ce n’est pas dit.`,
  profile: (name) => `Les règles de divulgation sont celles du profil ${name}, ou plus strictes.`,
  exception: (profile, reason) =>
    `Les règles de divulgation sont moins strictes que celles du profil ${profile}, pour cette raison : ${reason}`,
  rounding: (base) =>
    `Les nombres de patients sont arrondis à des multiples de ${base} ; un total est la somme de ses parties arrondies quand toutes sont montrées. ` +
    `Les pourcentages et les intervalles sont calculés sur les nombres arrondis ; les médianes, les autres quantiles et les moyennes, non.`,
  ownPart: ({ threshold }) =>
    `Un nombre est masqué aussi quand un centre, en retirant ses propres patients, en garderait moins de ${threshold}.`,
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
