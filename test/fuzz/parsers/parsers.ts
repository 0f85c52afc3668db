import type { Target } from "../target.ts";
import { CODECS } from "./codecs.ts";
import { ENVELOPES } from "./envelopes.ts";
import { IDENTITIES } from "./identities.ts";
import { LEDGERS } from "./ledgers.ts";
import { MESSAGES } from "./messages.ts";
import { QUESTIONS } from "./questions.ts";
import { RESULTS } from "./results.ts";
import { ROSTERS } from "./rosters.ts";

/** Every reader of the packages, family by family. */
export const PARSERS: readonly Target[] = [
  ...CODECS,
  ...ENVELOPES,
  ...IDENTITIES,
  ...MESSAGES,
  ...ROSTERS,
  ...LEDGERS,
  ...QUESTIONS,
  ...RESULTS,
];
