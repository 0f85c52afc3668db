import type { AgentLog } from "../agent-log.ts";

/** A log that nobody reads. */
export const SILENT: AgentLog = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
