import { type Envelope, EnvelopeFault, type Identity, type Label, openEnvelope, signEnvelope, type SignatureScheme } from "@tutti/envelope";
import type { z } from "zod";

/** One kind of signed message: its label and its shape. */
export interface MessageKind<T> {
  readonly label: Label;
  readonly schema: z.ZodType<T>;
}

/** The public keys whose word counts, by party. */
export type Keys = ReadonlyMap<string, Uint8Array>;

/** What an opened message says, and the one party who signed it. */
export interface Said<T> {
  readonly value: T;
  readonly by: string;
}

/** Signs a message. */
export function signMessage<T>(kind: MessageKind<T>, value: T, signer: Identity, scheme: SignatureScheme): Envelope {
  return signEnvelope(kind.label, value, [signer], scheme);
}

/**
 * Reads a signed message, from anything at all: an envelope of that kind, signed by exactly one of these keys, whose payload has the shape of the kind.
 * @throws EnvelopeFault, and nothing else
 */
export function openMessage<T>(kind: MessageKind<T>, envelope: unknown, keys: Keys, scheme: SignatureScheme): Said<T> {
  const { value, signedBy } = openEnvelope(envelope, kind.label, keys, scheme);
  const [by, ...others] = signedBy;
  if (by === undefined || others.length > 0) throw new EnvelopeFault("unsigned", "one party signs this message, and only one");
  const parsed = kind.schema.safeParse(value);
  if (!parsed.success)
    throw new EnvelopeFault("payload", "the message is signed, but does not have the shape of its kind: are both ends of one version?");
  return { value: parsed.data, by };
}
