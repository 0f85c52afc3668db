import { contentHashSchema, type Envelope, envelopeSchema, LABELS, partyNameSchema } from "@tutti/envelope";
import { type Policy, policySchema } from "@tutti/disclosure";
import { type Head, headSchema } from "@tutti/ledger";
import { z } from "zod";
import type { MessageKind } from "./message.ts";

/** A centre takes part: with which key, under which policy, in which plan. */
export interface Acceptance {
  readonly centre: string;
  /** `sha256:…` of the offer. */
  readonly offer: string;
  /** `sha256:…` of the plan that the centre derived: all must have derived the same. */
  readonly plan: string;
  /** The centre's own policy; the session runs under the strictest. */
  readonly policy: Policy;
  /** `sha256:…` of what the centre knows to have been told before: the offer's. */
  readonly history: string;
  /** How far the centre's ledger goes: none may show an older one later. */
  readonly ledger: Head;
  /** 32 random bytes in hex. The committee of a large network is drawn from all of them. */
  readonly nonce: string;
  /** The centre's signed epoch key. */
  readonly epochKey: Envelope;
  /** Its people are asked once more when the session is formed: its deal may take as long as the offer's `consent.sharesMs` beyond an exchange. */
  readonly beforeShares?: "hold" | undefined;
}

/**
 * People at a centre are asked before it answers. It is no answer yet, and says nothing of which rule asks, or of the data.
 * - `asked`: they have been; the offer comes to nothing, and the coordinator asks again when they have decided
 * - `given`: they have agreed, and the centre answers when it is asked again; that they have not is a refusal, `rule`
 */
export interface Consent {
  readonly centre: string;
  /** `sha256:…` of the offer. */
  readonly offer: string;
  readonly consent: "asked" | "given";
}

/**
 * Why a centre does not take part; none of them depends on its data.
 * - `expired`, `replayed`: the offer is too old, from the future, or was answered before
 * - `roster`, `dataset`, `query`, `uninvited`: not this network's roster or dictionary, a query that does not fit it, another's invitation
 * - `history`: the coordinator and the centre know different pasts, also after they have told each other
 * - `altered`: not signed by the coordinator
 * - `rule`: the centre's own rules, or its people; which of them, and why, is for the centre's ledger alone
 * - `ledger`: the centre can't write its ledger, and does not answer without it
 * - `log`: the coordinator's public log does not hold
 * - `busy`: the centre answers others at the moment
 */
export const REFUSAL_REASONS = [
  "expired",
  "replayed",
  "roster",
  "dataset",
  "query",
  "uninvited",
  "altered",
  "history",
  "rule",
  "ledger",
  "log",
  "busy",
] as const;

/** One of the closed list. */
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** A centre does not take part. */
export interface Refusal {
  readonly centre: string;
  /** `sha256:…` of the offer, as it was understood. */
  readonly offer: string;
  readonly reason: RefusalReason;
}

const acceptanceSchema: z.ZodType<Acceptance> = z.strictObject({
  centre: partyNameSchema,
  offer: contentHashSchema,
  plan: contentHashSchema,
  policy: policySchema,
  history: contentHashSchema,
  ledger: headSchema,
  nonce: z.string().regex(/^[0-9a-f]{64}$/),
  epochKey: envelopeSchema,
  beforeShares: z.literal("hold").optional(),
});
const consentSchema: z.ZodType<Consent> = z.strictObject({
  centre: partyNameSchema,
  offer: contentHashSchema,
  consent: z.enum(["asked", "given"]),
});
const refusalSchema: z.ZodType<Refusal> = z.strictObject({
  centre: partyNameSchema,
  offer: contentHashSchema,
  reason: z.enum(REFUSAL_REASONS),
});

/** The signed acceptance. */
export const ACCEPTANCE: MessageKind<Acceptance> = { label: LABELS.acceptance, schema: acceptanceSchema };
/** The signed refusal. */
export const REFUSAL: MessageKind<Refusal> = { label: LABELS.refusal, schema: refusalSchema };
/** The signed word that people are asked, or have agreed. */
export const CONSENT: MessageKind<Consent> = { label: LABELS.consent, schema: consentSchema };
