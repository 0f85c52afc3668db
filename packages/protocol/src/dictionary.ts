import type { Dataset } from "@tutti/dataset";
import { contentHash } from "@tutti/envelope";

const known = new WeakMap<Dataset, string>();

/** The content hash of a dictionary, `sha256:…`; worked out once for each, since a dictionary does not change once it is read. */
export function dictionaryHash(dataset: Dataset): string {
  const hash = known.get(dataset) ?? contentHash(dataset);
  known.set(dataset, hash);
  return hash;
}
