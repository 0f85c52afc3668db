import type { Dataset } from "@tutti/dataset";
import { type Contribution, layout, type Plan } from "@tutti/query";
import { Conjuncts, shared } from "./conjunct.ts";
import { crosstabsOf, crosstabStatement } from "./crosstab.ts";
import { demandOf } from "./demand.ts";
import type { Dialect } from "./dialect.ts";
import { Features } from "./feature.ts";
import { PatientTable, unfit } from "./patient-table.ts";
import type { Answer, Statement } from "./statement.ts";
import { tally } from "./tally.ts";

/** A plan as statements, and how their answers make the contribution. */
export interface Compiled {
  readonly statements: readonly Statement[];
  /** What a centre contributes: one answer for each statement, in their order, all of the same patients. */
  read(answers: readonly Answer[]): Contribution;
}

/**
 * Turns a plan into statements on the patient table. What all inputs have in common stands in WHERE; by what tells them apart patients are
 * grouped and counted, and `read` adds the groups up. RangeError when the plan does not fit the dataset.
 */
export function compile(plan: Plan, dataset: Dataset, dialect: Dialect): Compiled {
  const table = new PatientTable(dataset);
  const { narrow, wide, offsets } = layout(plan);
  for (const input of plan.inputs) if (input.kind !== "count" && table.column(input.variable).variable.type !== "number") unfit();
  const conjuncts = new Conjuncts();
  const lists = plan.inputs.map(({ predicate }) => conjuncts.of(predicate));
  const common = shared(lists);
  const inWhere = new Set(common.map(({ key }) => key));
  const whole = new Set(plan.inputs.flatMap((input) => (input.kind === "histogram" ? [input.variable] : [])));
  const features = new Features(table, whole);
  const demands = plan.inputs.map((input, i) => {
    const left = lists[i]!.filter(({ key }) => !inWhere.has(key));
    return demandOf(input, offsets[i]!, left, features);
  });
  const crosstabs = crosstabsOf(demands);
  return {
    statements: crosstabs.map((crosstab) => crosstabStatement(crosstab, common, table, dialect)),
    read: (answers) => {
      const contribution = { counts: new Uint32Array(narrow), sums: new BigUint64Array(wide) };
      crosstabs.forEach((crosstab, i) => tally(crosstab, answers[i]!, contribution));
      return contribution;
    },
  };
}
