import { contentHashSchema, type Envelope, envelopeSchema, partyNameSchema } from "@tutti/envelope";
import type { ConsentStage } from "@tutti/ledger";
import { z } from "zod";
import { type Preview, previewSchema } from "../preview.ts";

/** Why people deny: for this centre's ledger, and for nobody outside. */
export const DENIAL_REASONS = ["purpose", "requester", "variables", "rate", "ethics", "data", "other"] as const;
/** One of the closed list. */
export type DenialReason = (typeof DENIAL_REASONS)[number];

/** What people at the centre are asked. It is a file in the agent's folder, and gone once they have decided. */
export interface QueueItem {
  /** 64 hexadecimal digits, by which people decide. */
  readonly id: string;
  readonly stage: ConsentStage;
  /** Content hashes of the question and of the offer by which it was asked last. */
  readonly question: string;
  readonly offerHash: string;
  readonly offer: Envelope;
  /** Milliseconds since 1970. */
  readonly askedAtMs: number;
  readonly untilMs: number;
  /** Which standing rules ask for it. */
  readonly because: readonly string[];
  /** Before shares leave: who takes part, and what this centre is about to deal. */
  readonly session?: { readonly participants: readonly string[]; readonly preview: Preview } | undefined;
}

/** What a person has decided, as their command leaves it for the agent. */
export interface PersonsDecision {
  readonly id: string;
  readonly decision: "approved" | "denied";
  readonly by: string;
  readonly atMs: number;
  readonly why?: DenialReason | undefined;
}

/** An order to stop or to go on. */
export interface Order {
  readonly by: string;
  readonly atMs: number;
}

/** Both orders, once the first is over: for the ledger. */
export interface Resumption {
  readonly stopped: Order;
  readonly resumed: Order;
}

const idSchema = z.string().regex(/^[0-9a-f]{64}$/);
const ms = z.int().min(0);
/** A person's name: one line of plain text. */
export const personSchema: z.ZodType<string> = z
  .string()
  .regex(/^[^\p{Cc}]{1,100}$/u, "a person's name is one line of 100 characters at most");

/** The shape of an item's file. */
export const queueItemSchema: z.ZodType<QueueItem> = z.strictObject({
  id: idSchema,
  stage: z.enum(["run", "shares"]),
  question: contentHashSchema,
  offerHash: contentHashSchema,
  offer: envelopeSchema,
  askedAtMs: ms,
  untilMs: ms,
  because: z.array(z.string().max(40)).max(1_010),
  session: z.strictObject({ participants: z.array(partyNameSchema), preview: previewSchema }).optional(),
});

/** The shape of a decision's file. */
export const decisionSchema: z.ZodType<PersonsDecision> = z.strictObject({
  id: idSchema,
  decision: z.enum(["approved", "denied"]),
  by: personSchema,
  atMs: ms,
  why: z.enum(DENIAL_REASONS).optional(),
});

/** The shape of an order's file. */
export const orderSchema: z.ZodType<Order> = z.strictObject({ by: personSchema, atMs: ms });

/** The shape of a file of both. */
export const resumptionSchema: z.ZodType<Resumption> = z.strictObject({ stopped: orderSchema, resumed: orderSchema });
