import { type Envelope, type Identity, LABELS, partyNameSchema, publicKeySchema, type SignatureScheme, toBase64 } from "@tutti/envelope";
import { z } from "zod";
import { type MessageKind, signMessage } from "./message.ts";

/** A party says, by its old key, that another key is now its own: whoever trusts the old one may trust the new one. */
export interface Rotation {
  readonly name: string;
  /** Public keys, 32 bytes in base64. */
  readonly from: string;
  readonly to: string;
}

const rotationSchema: z.ZodType<Rotation> = z.strictObject({ name: partyNameSchema, from: publicKeySchema, to: publicKeySchema });

/** The signed rotation. */
export const ROTATION: MessageKind<Rotation> = { label: LABELS.rotation, schema: rotationSchema };

/** Signs a change of keys by the old one. Throws a RangeError when the two are of different names. */
export function rotationTo(old: Identity, next: Identity, scheme: SignatureScheme): Envelope {
  if (old.name !== next.name) throw new RangeError("a party that changes its key keeps its name");
  return signMessage(ROTATION, { name: old.name, from: toBase64(old.publicKey), to: toBase64(next.publicKey) }, old, scheme);
}
