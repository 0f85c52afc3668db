import { type Envelope, envelopeSchema, LABELS } from "@tutti/envelope";
import { z } from "zod";
import type { MessageKind } from "./message.ts";
import { MAX_CENTRES } from "./roster.ts";

/** The coordinator says who takes part. */
export interface Formation {
  /** `sha256:…` of the offer. */
  readonly offer: string;
  /** The signed acceptances of all participants, in the roster's order. */
  readonly acceptances: readonly Envelope[];
}

const formationSchema: z.ZodType<Formation> = z.strictObject({
  offer: z.string().max(100),
  acceptances: z.array(envelopeSchema).min(3).max(MAX_CENTRES),
});

/** The signed formation. */
export const FORMATION: MessageKind<Formation> = { label: LABELS.formation, schema: formationSchema };
