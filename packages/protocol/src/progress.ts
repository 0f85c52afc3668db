import { type Envelope, envelopeSchema } from "@tutti/envelope";
import { z } from "zod";

/**
 * How a query ended.
 * - `released`: its release is there
 * - `refused`: centres refused, and too few were left
 * - `tooFewCentres`: too few centres could be reached, contributed, or stayed
 * - `timedOut`: the centres took too long
 * - `stopped`: a participant stopped the session, for a named cause
 */
export const OUTCOMES = ["released", "refused", "tooFewCentres", "timedOut", "stopped"] as const;
/** One of the closed list. */
export type Outcome = (typeof OUTCOMES)[number];

/** One thing that happened to a query, for people: who and what, never how many patients. */
export interface ProgressEvent {
  readonly atMs: number;
  readonly what:
    | "offered"
    | "accepted"
    | "held"
    | "consented"
    | "refused"
    | "formed"
    | "posted"
    | "exchanged"
    | "gone"
    | "signed"
    | "ended";
  /** Whose doing, where it is one centre's. */
  readonly centre?: string | undefined;
  /** Number of the exchange, where it is one's. */
  readonly exchange?: number | undefined;
}

/** Where a query stands. */
export interface QueryState {
  readonly id: string;
  readonly state: "open" | Outcome;
  /** How many centres have not decided yet, while it waits for people there. */
  readonly deciding?: number | undefined;
  /** Events after those that the reader has seen. */
  readonly events: readonly ProgressEvent[];
  /** How many events there are in all. */
  readonly seen: number;
  /** The co-signed release, once there. */
  readonly release: Envelope | null;
  /** What happened, in a sentence that says what to do next; null unless it failed. */
  readonly detail: string | null;
}

const event: z.ZodType<ProgressEvent> = z.strictObject({
  atMs: z.int(),
  what: z.enum(["offered", "accepted", "held", "consented", "refused", "formed", "posted", "exchanged", "gone", "signed", "ended"]),
  centre: z.string().optional(),
  exchange: z.int().optional(),
});

/** The shape of a query's state. */
export const queryStateSchema: z.ZodType<QueryState> = z.strictObject({
  id: z.string().max(100),
  state: z.enum(["open", ...OUTCOMES]),
  deciding: z.int().min(1).optional(),
  events: z.array(event),
  seen: z.int().min(0),
  release: envelopeSchema.nullable(),
  detail: z.string().nullable(),
});
