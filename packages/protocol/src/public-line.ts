import {
  canonicalText,
  type Envelope,
  EnvelopeFault,
  envelopeSchema,
  LABELS,
  partyNameSchema,
  type PublicIdentity,
  publicKeySchema,
} from "@tutti/envelope";
import { z } from "zod";

/** What a party hands to the network's operator: its name and public key, and of a key that follows another the old key's word. */
export interface PublicLine extends PublicIdentity {
  readonly format: typeof LABELS.publicLine;
  /** A signed rotation; absent for a party's first key, and for one in place of a key that was lost. */
  readonly rotation?: Envelope | undefined;
}

/** The shape of a public line. */
export const publicLineSchema: z.ZodType<PublicLine> = z.strictObject({
  format: z.literal(LABELS.publicLine),
  name: partyNameSchema,
  publicKey: publicKeySchema,
  rotation: envelopeSchema.optional(),
});

/** The line, without a line break: JSON that a mail does not alter. */
export function formatPublicLine({ name, publicKey }: PublicIdentity, rotation: Envelope | null): string {
  return canonicalText({ format: LABELS.publicLine, name, publicKey, ...(rotation === null ? {} : { rotation }) });
}

/**
 * Reads a public line.
 * @throws EnvelopeFault for anything else
 */
export function parsePublicLine(text: string): PublicLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw notALine();
  }
  const line = publicLineSchema.safeParse(value);
  if (!line.success) throw notALine();
  return line.data;
}

function notALine(): EnvelopeFault {
  return new EnvelopeFault("shape", "this is not the public line of a centre: ask for the one that tutti keygen printed, whole");
}
