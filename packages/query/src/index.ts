export { layout } from "./plan.ts";
export type { Cell, Contribution, Input, Layout, Plan, Quantile, Relation, Result, Stratum } from "./plan.ts";
export type { Predicate } from "./predicate.ts";
