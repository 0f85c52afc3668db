import { type Release, releaseSchema } from "@tutti/disclosure";
import { LABELS } from "@tutti/envelope";
import type { MessageKind } from "./message.ts";

/** The signed release: each participant signs the one that it made itself, then the coordinator signs. */
export const RELEASE: MessageKind<Release> = { label: LABELS.release, schema: releaseSchema };
