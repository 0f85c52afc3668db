import { type Dataset, datasetName, datasetSchema } from "@tutti/dataset";
import type { Query } from "@tutti/query";

/** A dictionary of one variable. */
export const DATASET: Dataset = datasetSchema.parse({
  id: "trial",
  version: 1,
  title: { en: "Trial", fr: "Essai" },
  key: "id",
  variables: {
    sex: {
      type: "category",
      label: { en: "Sex", fr: "Sexe" },
      codes: { F: { en: "Girls", fr: "Filles" }, M: { en: "Boys", fr: "Garçons" } },
    },
  },
});
export const COUNT: Query = { dataset: datasetName(DATASET), purpose: "trial", measures: [{ id: "n", count: true }] };
