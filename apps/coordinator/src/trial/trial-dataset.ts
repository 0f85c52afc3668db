import type { Dataset } from "@tutti/dataset";
import type { Query } from "@tutti/query";

const label = { en: "x", fr: "x" };

/** A dictionary of one variable. */
export const DATASET: Dataset = {
  id: "small",
  version: 1,
  title: label,
  key: "id",
  variables: { sick: { type: "boolean", label, missing: [""], true: ["1"], false: ["0"] } },
};
export const QUERY: Query = { dataset: "small@1", purpose: "trial", measures: [{ id: "n", count: true }] };
