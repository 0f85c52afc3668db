import { contentHashSchema, LABELS, partyNameSchema } from "@tutti/envelope";
import { type Policy, policySchema } from "@tutti/disclosure";
import { type Query, querySchema } from "@tutti/query";
import { z } from "zod";
import type { MessageKind } from "./message.ts";
import { MAX_CENTRES } from "./roster.ts";

/** The coordinator asks the centres to answer a query; everything that changes what happens is in it, and signed. */
export interface Offer {
  readonly network: string;
  /** 128 random bits in hex: no two offers are alike. */
  readonly id: string;
  readonly query: Query;
  /** `sha256:…` of the dictionary that the query is about. */
  readonly dataset: string;
  /** `sha256:…` of the roster. */
  readonly roster: string;
  /** `sha256:…` of what earlier sessions on the dataset have told (`History.hash`). */
  readonly history: string;
  readonly requester: string;
  /** The network's policy. */
  readonly policy: Policy;
  /** Names of the centres that are asked, in the roster's order. */
  readonly invited: readonly string[];
  /** Milliseconds since 1970. */
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  /** How long the coordinator waits for answers, and for each exchange. */
  readonly answerMs: number;
  readonly exchangeMs: number;
}

const offerSchema: z.ZodType<Offer> = z
  .strictObject({
    network: partyNameSchema,
    id: z.string().regex(/^[0-9a-f]{32}$/),
    query: querySchema,
    dataset: contentHashSchema,
    roster: contentHashSchema,
    history: contentHashSchema,
    requester: partyNameSchema,
    policy: policySchema,
    invited: z.array(partyNameSchema).min(3).max(MAX_CENTRES),
    issuedAtMs: z.int().min(0),
    expiresAtMs: z.int().min(0),
    answerMs: z.int().min(1).max(86_400_000),
    exchangeMs: z.int().min(1).max(600_000),
  })
  .refine(({ issuedAtMs, expiresAtMs }) => issuedAtMs < expiresAtMs, "an offer expires after it is made");

/** The signed offer. */
export const OFFER: MessageKind<Offer> = { label: LABELS.offer, schema: offerSchema };
