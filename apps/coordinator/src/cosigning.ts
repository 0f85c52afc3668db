import {
  addSignature,
  type Envelope,
  EnvelopeFault,
  fromBase64,
  type Identity,
  preAuthentication,
  type SignatureScheme,
} from "@tutti/envelope";
import { type Keys, openMessage, RELEASE } from "@tutti/protocol";
import type { Release } from "@tutti/disclosure";

/** Two participants signed different releases. */
export class Disagreement extends Error {
  override readonly name = "Disagreement";
}

/** Gathers the signatures of the participants under one release. All must have made the same bytes themselves. */
export class Cosigning {
  readonly #keys: Keys;
  readonly #scheme: SignatureScheme;
  readonly #isExpected: (release: Release) => boolean;
  #first: { readonly envelope: Envelope; readonly message: Uint8Array } | null = null;
  readonly #signatures = new Map<string, Envelope["signatures"][number]>();

  /**
   * @param keys of the centres
   * @param isExpected whether a release answers the query that was asked
   */
  constructor(keys: Keys, scheme: SignatureScheme, isExpected: (release: Release) => boolean) {
    this.#keys = keys;
    this.#scheme = scheme;
    this.#isExpected = isExpected;
  }

  /** How many have signed. */
  get count(): number {
    return this.#signatures.size;
  }

  hasSigned(centre: string): boolean {
    return this.#signatures.has(centre);
  }

  /**
   * Counts a centre's signature.
   * @throws EnvelopeFault when it does not hold, or is not this centre's
   * @throws Disagreement when it is under another release
   */
  add(centre: string, envelope: Envelope): void {
    const first = this.#first;
    // The others' bytes were read once: what is left to check is one signature.
    if (first !== null && envelope.payload === first.envelope.payload && envelope.payloadType === first.envelope.payloadType) {
      const [signature, ...more] = envelope.signatures;
      if (signature === undefined || more.length > 0 || signature.keyid !== centre || !this.#holds(first.message, signature))
        throw unsigned(centre);
      this.#signatures.set(centre, signature);
      return;
    }
    const { value, by } = openMessage(RELEASE, envelope, this.#keys, this.#scheme);
    if (by !== centre) throw unsigned(centre);
    if (first !== null || !this.#isExpected(value)) throw new Disagreement();
    this.#first = { envelope, message: preAuthentication(envelope.payloadType, fromBase64(envelope.payload)) };
    this.#signatures.set(
      centre,
      envelope.signatures.find(({ keyid }) => keyid === centre)!,
    );
  }

  /** The release with everybody's signature, in this order, and the coordinator's; RangeError when nobody has signed. */
  finish(participants: readonly string[], coordinator: Identity): Envelope {
    if (this.#first === null) throw new RangeError("nobody has signed a release");
    const signatures = participants.flatMap((centre) => this.#signatures.get(centre) ?? []);
    return addSignature({ ...this.#first.envelope, signatures }, coordinator, this.#scheme);
  }

  #holds(message: Uint8Array, { keyid, sig }: Envelope["signatures"][number]): boolean {
    try {
      return this.#scheme.verify(message, fromBase64(sig), this.#keys.get(keyid)!);
    } catch {
      return false;
    }
  }
}

function unsigned(centre: string): EnvelopeFault {
  return new EnvelopeFault("signature", "the release is not signed by the centre that hands it in, and by it alone", centre);
}
