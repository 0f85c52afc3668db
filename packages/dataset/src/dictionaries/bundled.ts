import type { Dataset } from "../dataset.ts";
import { CORE } from "./core.ts";
import { IPH } from "./iph.ts";

/** The dictionaries that come with Tutti. */
export const BUNDLED: readonly Dataset[] = [CORE, IPH];
