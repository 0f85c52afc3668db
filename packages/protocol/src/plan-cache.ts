import type { Dataset } from "@tutti/dataset";
import { Recent } from "@tutti/disclosure";
import { digestWith, LABELS, type Sha256, toHex, toUtf8 } from "@tutti/envelope";
import { check, type Plan, plan, type Query } from "@tutti/query";

/** What plans that are kept of a dataset weigh: some thirty of hundreds of cells each, or thousands of a count. */
const KEPT_BYTES = 8 * 1024 * 1024;
/** What a plan takes beside what it says, with its entry; and a character of what it says. */
const PLAN_BYTES = 1_000;
const CHARACTER_BYTES = 2;

const plans = new WeakMap<Dataset, Recent<string, Plan>>();
const hashes = new WeakMap<Plan, string>();

/**
 * The plan of a query; null when the query does not fit the dataset. Those asked for last are kept, so that a recurring report is planned once, and its
 * past sessions share one plan. A plan depends on all of a query but its purpose.
 */
export function planOnce(query: Query, dataset: Dataset): Plan | null {
  const kept = plans.get(dataset) ?? new Recent<string, Plan>(KEPT_BYTES);
  plans.set(dataset, kept);
  const key = JSON.stringify({ ...query, purpose: "" });
  const known = kept.get(key);
  if (known !== undefined) return known;
  const made = checked(query, dataset);
  if (made !== null) kept.set(key, made, PLAN_BYTES + CHARACTER_BYTES * (key.length + JSON.stringify(made).length));
  return made;
}

/** The hash of a plan as this program writes it, `sha256:…`: parties of one version derive the same. */
export function planHash(planned: Plan, sha256: Sha256): string {
  const hash = hashes.get(planned) ?? `sha256:${toHex(digestWith(sha256, LABELS.plan, toUtf8(JSON.stringify(planned))))}`;
  hashes.set(planned, hash);
  return hash;
}

function checked(query: Query, dataset: Dataset): Plan | null {
  const result = check(query, dataset);
  return result.ok ? plan(result.query, dataset) : null;
}
