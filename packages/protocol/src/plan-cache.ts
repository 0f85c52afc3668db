import type { Dataset } from "@tutti/dataset";
import { digestWith, LABELS, type Sha256, toHex, toUtf8 } from "@tutti/envelope";
import { check, type Plan, plan, type Query } from "@tutti/query";

/** A plan, and its hash as this program writes it: parties of one version derive the same. */
export interface HashedPlan {
  readonly plan: Plan;
  /** `sha256:…` */
  readonly hash: string;
}

/** Plans that are kept. */
const KEPT = 32;

/** Plans of the queries that were asked last: recurring reports are planned once. A plan depends on all of a query but its purpose. */
export class PlanCache {
  readonly #sha256: Sha256;
  readonly #plans = new Map<string, HashedPlan>();

  constructor(sha256: Sha256) {
    this.#sha256 = sha256;
  }

  /** The plan of a query; null when the query does not fit the dataset. */
  get(query: Query, dataset: Dataset): HashedPlan | null {
    const key = JSON.stringify({ ...query, purpose: "" });
    const known = this.#plans.get(key) ?? this.#make(query, dataset);
    if (known === null) return null;
    // The last asked stands last.
    this.#plans.delete(key);
    this.#plans.set(key, known);
    if (this.#plans.size > KEPT) this.#plans.delete(this.#plans.keys().next().value!);
    return known;
  }

  #make(query: Query, dataset: Dataset): HashedPlan | null {
    const checked = check(query, dataset);
    if (!checked.ok) return null;
    const made = plan(checked.query, dataset);
    return { plan: made, hash: `sha256:${toHex(digestWith(this.#sha256, LABELS.plan, toUtf8(JSON.stringify(made))))}` };
  }
}
