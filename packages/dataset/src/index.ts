export { datasetName, datasetSchema } from "./dataset.ts";
export type { BooleanVariable, CategoryVariable, Dataset, Label, NumberVariable, Variable } from "./dataset.ts";
export { gridOf, gridSchema, MAX_GRID_POINTS } from "./grid.ts";
export type { ExactGrid, Grid } from "./grid.ts";
