export { compile } from "./compile.ts";
export type { Compiled } from "./compile.ts";
export { DUCKDB } from "./dialect.ts";
export type { Dialect } from "./dialect.ts";
export { includes, interpret } from "./interpret.ts";
export type { Patient } from "./interpret.ts";
export { PATIENTS, PatientTable } from "./patient-table.ts";
export type { Column } from "./patient-table.ts";
export type { Answer, Statement } from "./statement.ts";
