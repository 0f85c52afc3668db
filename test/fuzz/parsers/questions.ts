import { BUNDLED, CORE, datasetSchema, infer, InferError, IPH } from "@tutti/dataset";
import { policySchema } from "@tutti/disclosure";
import { decide, standingRulesSchema } from "@tutti/protocol";
import { check, LimitError, plan, reportSchema } from "@tutti/query";
import { dataset } from "@tutti/query/trial";
import { EVERYTHING } from "../../world/small-network.ts";
import { mutatedJson, mutatedText } from "../mutation.ts";
import { outcomeOf, type Target } from "../target.ts";
import { offer, policy } from "./examples.ts";
import { jsonOf, schemaTarget } from "./reading.ts";

const report = {
  id: "report",
  title: { en: "Report", fr: "Rapport" },
  queries: [EVERYTHING],
  layout: [{ title: { en: "One", fr: "Un" }, kind: "table1", rows: EVERYTHING.measures.map(({ id }) => id) }],
};
const QUERIES: readonly unknown[] = [
  EVERYTHING,
  { ...EVERYTHING, by: ["sex"], where: { all: [{ variable: "sex", in: ["F", "M"] }, { not: { variable: "age", atLeast: 1 } }] } },
  {
    ...EVERYTHING,
    measures: [{ id: "s", distribution: "sex" }],
    where: {
      any: [
        { variable: "anca", known: true },
        { variable: "age", below: 2.5 },
      ],
    },
  },
];
const CSV = ["patient_id", "sex", "age", "seen"];
const RULES = {
  rules: [
    { name: "own", requester: { in: ["ann", "bob"] }, dataset: { in: ["small@1"] }, decision: "answer" },
    { name: "trade", purpose: { contains: ["market"] }, decision: "refuse" },
    { name: "age", variables: { any: ["age"] }, measures: { beyond: ["count"] }, decision: "hold" },
    { name: "others", requester: { notIn: ["ann"] }, purpose: { lacks: ["study"] }, variables: { within: ["sex"] }, decision: "hold" },
  ],
  otherwise: "hold",
  limits: { requester: { day: 3, week: 10 }, all: { day: 20 }, beyond: "refuse" },
  beforeShares: "hold",
};
const PAST = [1, 2, 3].map((atMs) => ({ requester: "ann", atMs }));

/** What is asked, of what, under which rules. */
export const QUESTIONS: readonly Target[] = [
  schemaTarget("dataset.json", datasetSchema, [dataset, CORE, ...Object.values(BUNDLED), IPH], 2),
  schemaTarget("policy.json", policySchema, [policy]),
  schemaTarget("report.json", reportSchema, [report]),
  {
    name: "query.json",
    share: 10,
    make: (draw) => mutatedText(draw, draw.of(QUERIES)),
    run: (text) => {
      const checked = check(jsonOf(text as string), dataset);
      if (!checked.ok) return "refused";
      return outcomeOf(() => plan(checked.query, dataset), LimitError);
    },
  },
  {
    name: "dataset infer",
    share: 2,
    make: (draw) => {
      const rows = Array.from({ length: draw.below(8) }, (_, i) => [
        String(i),
        draw.of(["F", "M", ""]),
        String(draw.below(90)),
        "2026-01-31",
      ]);
      return { header: CSV, rows: mutatedJson(draw, rows) } as object;
    },
    run: (made) => {
      const { header, rows } = made as { header: readonly string[]; rows: unknown };
      if (!Array.isArray(rows) || !rows.every((row) => Array.isArray(row) && row.every((cell) => typeof cell === "string")))
        return "no table";
      return outcomeOf(() => {
        const drafted = infer("draft", [{ header, rows }]);
        if (!datasetSchema.safeParse(drafted.dataset).success) throw new Error("a draft that is no dictionary");
      }, InferError);
    },
  },
  {
    name: "rules.json",
    share: 5,
    make: (draw) => mutatedText(draw, RULES),
    run: (text) => {
      const parsed = standingRulesSchema.safeParse(jsonOf(text as string));
      if (!parsed.success) return "refused";
      const { decision, because } = decide(parsed.data, offer, PAST, 4);
      if (because.length === 0) throw new Error("a decision that no rule made");
      return decision;
    },
  },
];
