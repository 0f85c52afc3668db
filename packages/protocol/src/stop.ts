import { LABELS, partyNameSchema } from "@tutti/envelope";
import { z } from "zod";
import type { MessageKind } from "./message.ts";

/**
 * Why a session stopped before its release.
 * - `tooFewCentres`: fewer contributed, or are left, than the policy or the mathematics asks for
 * - `formation`: what the coordinator put together is not what the participants signed
 * - `tampered`: a sealed message was altered, swapped or forged on its way
 * - `equivocation`: participants were shown different things
 * - `opening`, `deal`: a participant sent wrong shares, or dealt what does not add up
 * - `malformed`: a participant sent something that does not fit the protocol
 * - `disagreement`: participants signed different releases
 * - `rollback`: a participant shows an older ledger than before
 * - `ledger`: a participant can't write its ledger, and reveals nothing without it
 * - `data`: a centre's own data could not be read
 * - `rule`: a centre withdraws: its people did not agree that its shares leave, or have stopped its agent
 * - `held`: people at some centres are asked first; the query is offered again when they have decided
 * - `roster`: the roster was changed while an offer under the one before was open
 * - `late`: the session took longer than its offer allows
 * - `ended`: the coordinator no longer knows it
 * - `defect`: a mistake in this program
 */
export const STOP_CAUSES = [
  "tooFewCentres",
  "formation",
  "tampered",
  "equivocation",
  "opening",
  "deal",
  "malformed",
  "disagreement",
  "rollback",
  "ledger",
  "data",
  "rule",
  "held",
  "roster",
  "late",
  "ended",
  "defect",
] as const;

/** One of the closed list. */
export type StopCause = (typeof STOP_CAUSES)[number];

/** A participant stops a session, for all. */
export interface Stop {
  /** The session's id, or `sha256:…` of the offer when none was formed. */
  readonly session: string;
  readonly centre: string;
  readonly cause: StopCause;
  /** Centres that the mathematics names as wrong. */
  readonly blame: readonly string[];
}

const stopSchema: z.ZodType<Stop> = z.strictObject({
  session: z.string().max(100),
  centre: partyNameSchema,
  cause: z.enum(STOP_CAUSES),
  blame: z.array(partyNameSchema).max(20),
});

/** The signed stop. */
export const STOP: MessageKind<Stop> = { label: LABELS.stop, schema: stopSchema };

/** What ends a session at one participant: the cause, and the centres proven wrong. Its message is for people and holds nothing secret. */
export class SessionStop extends Error {
  override readonly name = "SessionStop";
  override readonly cause: StopCause;
  readonly blame: readonly string[];

  constructor(cause: StopCause, message: string, blame: readonly string[] = []) {
    super(message);
    this.cause = cause;
    this.blame = blame;
  }
}
