import { contentHash, contentHashSchema, LABELS, partyNameSchema } from "@tutti/envelope";
import { type Policy, policySchema } from "@tutti/disclosure";
import { type Query, querySchema } from "@tutti/query";
import { z } from "zod";
import type { MessageKind } from "./message.ts";
import { MAX_CENTRES } from "./roster.ts";

/** The coordinator asks the centres to answer a query; everything that changes what happens is in it, and signed. */
export interface Offer {
  readonly network: string;
  /** 128 random bits in hex: no two questions are alike. A question that is offered again keeps them. */
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
  /** How long it waits for people; without it, it waits for none. */
  readonly consent?: ConsentTime | undefined;
}

/** How long a coordinator waits for people at the centres. */
export interface ConsentTime {
  /** Until when a centre may ask them before it answers, in milliseconds since 1970; the same in all offers of one question. */
  readonly untilMs: number;
  /** How much longer the deal of a session may take whose participants ask them before their shares leave. Below half an epoch. */
  readonly sharesMs: number;
}

/** Longest time for people in the middle of a session: the keys under which it is sealed live twice as long. */
export const MAX_SHARES_MS = 1_800_000;

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
    consent: z.strictObject({ untilMs: z.int().min(0), sharesMs: z.int().min(0).max(MAX_SHARES_MS) }).optional(),
  })
  .refine(({ issuedAtMs, expiresAtMs }) => issuedAtMs < expiresAtMs, "an offer expires after it is made");

/** The signed offer. */
export const OFFER: MessageKind<Offer> = { label: LABELS.offer, schema: offerSchema };

/**
 * What people agree to, or not: the `sha256:…` of all of an offer that is about the question. Offers of one question, made again at another time and
 * beside another past, have one such hash; another query, requester, policy or list of invited centres is another question.
 */
export function questionHash({ network, id, query, dataset, requester, policy, invited }: Offer): string {
  return contentHash({ network, id, query, dataset, requester, policy, invited });
}
