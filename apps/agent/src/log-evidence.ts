import { type Envelope, envelopeSchema } from "@tutti/envelope";
import { z } from "zod";

/**
 * How a log can turn out not to be one that only grows.
 * - `shorter`: it has fewer entries than it had
 * - `rewritten`: what it had is not what it begins with now
 * - `hidden`: a release that this centre signed is not in it
 */
export type LogFailure = "shorter" | "rewritten" | "hidden";

/** What an agent keeps when the coordinator's log does not hold: for people, and for whoever they show it to. */
export interface LogEvidence {
  readonly failure: LogFailure;
  /** The signed head that this centre had kept; null where it had none. */
  readonly kept: Envelope | null;
  /** The signed head that the coordinator showed. */
  readonly shown: Envelope;
  /** Of `hidden`: the session, and its release as all have signed it. */
  readonly missing: { readonly session: string; readonly release: Envelope } | null;
}

/** The shape of `log-evidence.json`. */
export const logEvidenceSchema: z.ZodType<LogEvidence> = z.strictObject({
  failure: z.enum(["shorter", "rewritten", "hidden"]),
  kept: envelopeSchema.nullable(),
  shown: envelopeSchema,
  missing: z.strictObject({ session: z.string().max(100), release: envelopeSchema }).nullable(),
});

const WHAT: Readonly<Record<LogFailure, string>> = {
  shorter: "the coordinator's log has lost entries",
  rewritten: "the coordinator's log was rewritten",
  hidden: "a release that this centre has signed is not in the coordinator's log",
};

/** What a person does about it, in a sentence. */
export function troubleOf(failure: LogFailure, path: string): string {
  return `${WHAT[failure]}: show ${path} to the other centres and ask the coordinator's operator; once you know why, move the file away and start again`;
}
