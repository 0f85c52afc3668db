import { z } from "zod";
import { fromBase64, toBase64 } from "./base64.ts";
import { canonical, type Json, readCanonical } from "./canonical.ts";
import { type Identity, partyNameSchema } from "./identity.ts";
import type { Label } from "./label.ts";
import type { SignatureScheme } from "./signature.ts";
import { toUtf8 } from "./text.ts";

/** A signed artefact: Dead Simple Signing Envelope, version 1.0.2, over canonical JSON, signed with Ed25519. */
export interface Envelope {
  /** Which kind of artefact: `payloadTypeOf` its label. */
  readonly payloadType: string;
  /** The canonical JSON, in base64. */
  readonly payload: string;
  /** At most one by each party. */
  readonly signatures: readonly EnvelopeSignature[];
}

/** One party's signature in an envelope. */
export interface EnvelopeSignature {
  /** The party's name. */
  readonly keyid: string;
  /** 64 bytes in base64. */
  readonly sig: string;
}

/** Characters of base64 in a payload, and signatures in an envelope, at most. */
export const ENVELOPE_LIMITS = { payloadCharacters: 16_777_216, signatures: 2_048 } as const;

/** A text without half a character: of another an envelope could be read and never hashed. */
const text = z.string().refine((value) => value.isWellFormed(), "it holds half a character");

/** The shape of an envelope. What it says counts only once `openEnvelope` has opened it. */
export const envelopeSchema: z.ZodType<Envelope> = z.strictObject({
  payloadType: text.max(127),
  payload: text.max(ENVELOPE_LIMITS.payloadCharacters),
  signatures: z
    .array(z.strictObject({ keyid: partyNameSchema, sig: text.length(88) }))
    .min(1)
    .max(ENVELOPE_LIMITS.signatures),
});

/** Why an envelope did not open. It never says what is inside. */
export class EnvelopeFault extends Error {
  /**
   * - `shape`: not an envelope
   * - `type`: another kind of artefact
   * - `payload`: not base64 of canonical JSON
   * - `signature`: a signature of a known key does not hold, or a party signed twice
   * - `unsigned`: none of the known keys signed
   */
  readonly kind: "shape" | "type" | "payload" | "signature" | "unsigned";
  /** Whose signature it is, for `signature`. */
  readonly keyid: string | null;

  constructor(kind: EnvelopeFault["kind"], message: string, keyid: string | null = null) {
    super(message);
    this.name = "EnvelopeFault";
    this.kind = kind;
    this.keyid = keyid;
  }
}

/** What an opened envelope says, and which of the known keys signed it, in the envelope's order. */
export interface Opened {
  readonly value: Json;
  readonly signedBy: readonly string[];
}

/** The payload type of a label: `tutti/1/offer` is `application/vnd.tutti.1.offer+json`. */
export function payloadTypeOf(label: Label): string {
  return `application/vnd.${label.replaceAll("/", ".")}+json`;
}

/** The bytes that are signed: DSSE's pre-authentication encoding, protocol.md "Signature Definition". */
export function preAuthentication(payloadType: string, body: Uint8Array): Uint8Array {
  const type = toUtf8(payloadType);
  const head = toUtf8(`DSSEv1 ${type.length} ${payloadType} ${body.length} `);
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

/** Signs a value for each signer. Throws a RangeError for a value that JSON can't say. */
export function signEnvelope(label: Label, value: unknown, signers: readonly Identity[], scheme: SignatureScheme): Envelope {
  const body = canonical(value);
  const payloadType = payloadTypeOf(label);
  const message = preAuthentication(payloadType, body);
  return { payloadType, payload: toBase64(body), signatures: signers.map((signer) => signatureOf(message, signer, scheme)) };
}

/**
 * The envelope with one more signature, in place of an earlier one by the same party. It signs whatever the payload is: open the envelope
 * first. Throws an EnvelopeFault `payload` when the payload is not base64.
 */
export function addSignature(envelope: Envelope, signer: Identity, scheme: SignatureScheme): Envelope {
  const message = preAuthentication(envelope.payloadType, bodyOf(envelope));
  const others = envelope.signatures.filter(({ keyid }) => keyid !== signer.name);
  return { ...envelope, signatures: [...others, signatureOf(message, signer, scheme)] };
}

/**
 * Reads an envelope of one kind, from anything at all. Signatures by names that are not among `keys` are passed over: give exactly those
 * keys whose word counts here, and ask `signedBy` for those who must have signed.
 * @throws EnvelopeFault, and nothing else
 */
export function openEnvelope(envelope: unknown, label: Label, keys: ReadonlyMap<string, Uint8Array>, scheme: SignatureScheme): Opened {
  const parsed = envelopeSchema.safeParse(envelope);
  if (!parsed.success) throw new EnvelopeFault("shape", "this is not a signed envelope: expected payloadType, payload and signatures");
  const { payloadType, signatures } = parsed.data;
  if (payloadType !== payloadTypeOf(label)) throw new EnvelopeFault("type", `this envelope does not hold ${payloadTypeOf(label)}`);
  const body = bodyOf(parsed.data);
  const message = preAuthentication(payloadType, body);
  const signedBy = signatures.filter(({ keyid }) => keys.has(keyid)).map(({ keyid }) => keyid);
  if (signedBy.length === 0) throw new EnvelopeFault("unsigned", "nobody whose signature counts here has signed this envelope");
  const twice = signedBy.find((keyid, i) => signedBy.indexOf(keyid) !== i);
  if (twice !== undefined) throw new EnvelopeFault("signature", "a party has signed this envelope twice", twice);
  for (const { keyid, sig } of signatures) {
    const key = keys.get(keyid);
    if (key !== undefined && !holds(message, sig, key, scheme)) {
      throw new EnvelopeFault("signature", "a signature does not hold: the envelope was altered, or signed with another key", keyid);
    }
  }
  return { value: valueOf(body), signedBy };
}

function signatureOf(message: Uint8Array, { name, secretKey }: Identity, scheme: SignatureScheme): EnvelopeSignature {
  return { keyid: name, sig: toBase64(scheme.sign(message, secretKey)) };
}

function holds(message: Uint8Array, sig: string, key: Uint8Array, scheme: SignatureScheme): boolean {
  try {
    return scheme.verify(message, fromBase64(sig), key);
  } catch {
    return false;
  }
}

function bodyOf({ payload }: Envelope): Uint8Array {
  try {
    return fromBase64(payload);
  } catch {
    throw new EnvelopeFault("payload", "the payload of this envelope is not base64");
  }
}

function valueOf(body: Uint8Array): Json {
  try {
    return readCanonical(body);
  } catch {
    throw new EnvelopeFault("payload", "the payload of this envelope is not canonical JSON (RFC 8785)");
  }
}
