import type { Conjunct } from "./conjunct.ts";
import { conditionSql, Parameters } from "./condition.ts";
import type { Demand } from "./demand.ts";
import type { Dialect } from "./dialect.ts";
import type { Feature } from "./feature.ts";
import { PATIENTS, type PatientTable } from "./patient-table.ts";
import type { Statement } from "./statement.ts";

/** A contingency table: how many patients have each combination of some features, and sums over them. One statement. */
export interface Crosstab {
  readonly features: readonly Feature[];
  /** Variables whose grid indices, and their squares, are summed. */
  readonly sums: readonly string[];
  readonly demands: readonly Demand[];
}

/**
 * Combinations are held in one table as long as they take no more bits than this. DuckDB then addresses its groups directly
 * (`perfect_ht_threshold`, 12 by default): six yes-or-no columns are counted in one pass over each, in a quarter of the time that three filtered counts a column take.
 */
const GROUP_BITS = 12;

/** Lays what is demanded into few tables: narrow sets of features together, wide ones alone. */
export function crosstabsOf(demands: readonly Demand[]): readonly Crosstab[] {
  const sets = new Map<string, { features: readonly Feature[]; demands: Demand[] }>();
  for (const demand of demands) {
    const features = [...demand.allowed.keys()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const key = JSON.stringify(features.map(({ id }) => id));
    const same = sets.get(key) ?? { features, demands: [] };
    same.demands.push(demand);
    sets.set(key, same);
  }
  const drafts: Draft[] = [];
  for (const set of withoutSubsets([...sets.values()])) {
    const draft = drafts.find(({ features }) => bits(new Set([...features, ...set.features])) <= GROUP_BITS);
    if (draft === undefined) drafts.push({ features: new Set(set.features), demands: set.demands });
    else {
      for (const feature of set.features) draft.features.add(feature);
      draft.demands.push(...set.demands);
    }
  }
  return drafts.map(({ features, demands: some }) => {
    const sums = some.flatMap(({ input }) => (input.kind === "sum" ? [input.variable] : []));
    return { features: [...features], sums: [...new Set(sums)], demands: some };
  });
}

interface Draft {
  readonly features: Set<Feature>;
  readonly demands: Demand[];
}

/** Sets of features, narrow ones first; what a set asks that lies inside another is asked of the other. */
function withoutSubsets<Asked extends { features: readonly Feature[]; demands: Demand[] }>(sets: readonly Asked[]): readonly Asked[] {
  const kept: Asked[] = [];
  for (const set of sets.toSorted((a, b) => b.features.length - a.features.length)) {
    const superset = kept.find(({ features }) => set.features.every((feature) => features.includes(feature)));
    if (superset === undefined) kept.push(set);
    else superset.demands.push(...set.demands);
  }
  return kept.toSorted((a, b) => bits(a.features) - bits(b.features));
}

/** Bits that number the values of all these features, NULL included. */
function bits(features: Iterable<Feature>): number {
  let sum = 0;
  for (const { size } of features) sum += Math.ceil(Math.log2(size + 1));
  return sum;
}

/** The statement that makes a table of the patients for whom the conjuncts hold: a column for each feature, the count, then sum and sum of squares of each variable. */
export function crosstabStatement(
  { features, sums }: Crosstab,
  conjuncts: readonly Conjunct[],
  table: PatientTable,
  dialect: Dialect,
): Statement {
  const parameters = new Parameters(dialect);
  const columns = [
    ...features.map((feature) => feature.sql(dialect, parameters)),
    "COUNT(*)",
    ...sums.flatMap((name) => {
      const index = `CAST(${dialect.identifier(name)} AS BIGINT)`;
      return [index, `${index} * ${index}`].map((term) => `CAST(SUM(${term}) AS BIGINT)`);
    }),
  ];
  const where = conjuncts.map(({ predicate }) => `(${conditionSql(predicate, table, dialect, parameters)})`);
  const clauses = [
    `SELECT ${columns.join(", ")}`,
    `FROM ${dialect.identifier(PATIENTS)}`,
    ...(where.length === 0 ? [] : [`WHERE ${where.join(" AND ")}`]),
    ...(features.length === 0 ? [] : [`GROUP BY ${features.map((_, i) => i + 1).join(", ")}`]),
  ];
  return { text: clauses.join("\n"), parameters: parameters.values };
}
