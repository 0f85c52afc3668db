/** A text in the two languages of the network. */
interface Text {
  readonly en: string;
  readonly fr: string;
}

/** One measure of a query, as `query.json` writes it. */
export type ReportMeasure = { readonly id: string } & (
  | { readonly count: true }
  | { readonly proportion: string }
  | { readonly distribution: string }
  | { readonly quantiles: string; readonly at: readonly number[] }
);

/** A question, as `query.json` writes it. */
export interface ReportQuery {
  readonly dataset: string;
  readonly purpose: string;
  readonly measures: readonly ReportMeasure[];
}

/** `report.json`: titled questions, and which measures make which table. */
export interface ReportFile {
  readonly id: string;
  readonly title: Text;
  readonly queries: readonly ReportQuery[];
  readonly layout: readonly {
    readonly title: Text;
    readonly kind: "table1" | "tested-positive" | "quantiles";
    readonly rows: readonly string[];
  }[];
}

const QUARTILES = [0.25, 0.5, 0.75] as const;
const proportion = (variable: string): ReportMeasure => ({ id: variable, proportion: variable });
const quartiles = (variable: string): ReportMeasure => ({ id: variable, quantiles: variable, at: QUARTILES });

const signs = ["hemoptysis", "dyspnea", "cough", "febrile_pneumonia", "anemia", "severe_anemia"];
const others = ["down_syndrome", "immunosuppressants", "hydroxychloroquine"];
const blood = ["coeliac_ig", "cows_milk_ige", "anca", "ana", "anti_smooth_muscle", "rheumatoid_factor", "anti_dsdna", "anti_gbm"];
const numbers = ["age_dx", "hemoglobin", "bmi"];

const patients: readonly ReportMeasure[] = [
  { id: "n", count: true },
  { id: "sex", distribution: "sex" },
];
const table1: readonly ReportMeasure[] = [...patients, ...numbers.map(quartiles), ...[...signs, ...others].map(proportion)];
const table2: readonly ReportMeasure[] = blood.map(proportion);

const dataset = "iph@1";
const title: Text = {
  en: "Idiopathic pulmonary hemosiderosis in children",
  fr: "Hémosidérose pulmonaire idiopathique de l'enfant",
};
const titles = {
  table1: { en: "Table 1. Children at diagnosis", fr: "Tableau 1. Les enfants au diagnostic" },
  table2: { en: "Table 2. Immunology: tested and positive", fr: "Tableau 2. Immunologie : testés et positifs" },
  medians: { en: "Medians and quartiles", fr: "Médianes et quartiles" },
} as const satisfies Record<string, Text>;

/** The published tables as one question: 17 proportions, one distribution, one count and three order statistics. */
export const IPH_REPORT: ReportFile = {
  id: "iph",
  title,
  queries: [{ dataset, purpose: "Tables 1 and 2 and the medians of the cohort", measures: [...table1, ...table2] }],
  layout: [
    { title: titles.table1, kind: "table1", rows: ["n", "sex", "age_dx", ...signs, ...others] },
    { title: titles.table2, kind: "tested-positive", rows: blood },
    { title: titles.medians, kind: "quantiles", rows: numbers },
  ],
};
