import { fileURLToPath } from "node:url";
import type { NetworkParts } from "./network.ts";

/** The network's own programs, beside this one. */
export const PROGRAMS: NetworkParts = {
  coordinator: fileURLToPath(new URL("../../coordinator/src/main.ts", import.meta.url)),
  agent: fileURLToPath(new URL("../../agent/src/main.ts", import.meta.url)),
};
