import type { Dataset } from "@tutti/dataset";
import { Diagram } from "./diagram.ts";
import type { Predicate } from "./predicate.ts";

/**
 * The canonical text of a predicate: two predicates have the same text exactly when they hold for the same patients
 * whatever the data. `none` and `all` are the constants. Throws a LimitError when the predicate is too entangled,
 * and a RangeError when it does not fit the dataset. See docs/spec/query.md.
 */
export function canonical(predicate: Predicate, dataset: Dataset): string {
  const diagram = new Diagram(dataset);
  return diagram.text(diagram.set(predicate));
}
