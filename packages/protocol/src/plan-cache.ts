import type { Dataset } from "@tutti/dataset";
import { digestWith, LABELS, type Sha256, toHex, toUtf8 } from "@tutti/envelope";
import { check, type Plan, plan, type Query } from "@tutti/query";

/** Plans that are kept of a dataset. */
const KEPT = 200;

const plans = new WeakMap<Dataset, Map<string, Plan>>();
const hashes = new WeakMap<Plan, string>();

/**
 * The plan of a query; null when the query does not fit the dataset. Those asked for last are kept, so that a recurring report is planned once, and its
 * past sessions share one plan. A plan depends on all of a query but its purpose.
 */
export function planOnce(query: Query, dataset: Dataset): Plan | null {
  const kept = plans.get(dataset) ?? new Map<string, Plan>();
  plans.set(dataset, kept);
  const key = JSON.stringify({ ...query, purpose: "" });
  const known = kept.get(key) ?? checked(query, dataset);
  if (known === null) return null;
  // The last asked stands last.
  kept.delete(key);
  kept.set(key, known);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
  return known;
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
