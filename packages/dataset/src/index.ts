export { datasetName, datasetSchema } from "./dataset.ts";
export type { BooleanVariable, CategoryVariable, Dataset, Label, NumberVariable, Variable } from "./dataset.ts";
export { gridOf, gridSchema, MAX_GRID_POINTS } from "./grid.ts";
export type { ExactGrid, Grid } from "./grid.ts";
export { BUNDLED } from "./dictionaries/bundled.ts";
export { CORE } from "./dictionaries/core.ts";
export { IPH } from "./dictionaries/iph.ts";
export { infer, InferError } from "./infer.ts";
export type { Draft, DraftNote, Table } from "./infer.ts";
