import { ANSWERS } from "./answers.ts";
import { CONVERSATIONS } from "./conversations.ts";
import { FILES } from "./files.ts";
import { PARSERS } from "./parsers/parsers.ts";
import { REQUESTS } from "./requests.ts";
import type { Target } from "./target.ts";

/** Every reader: of packages, of the coordinator, of an agent, of files. */
export const TARGETS: readonly Target[] = [...PARSERS, ...REQUESTS, ...CONVERSATIONS, ...ANSWERS, ...FILES];
