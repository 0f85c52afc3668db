import { HttpLink, type HttpLinkParts } from "@tutti/agent";

/** Gives what is said in an exchange in place of a bundle: another one of the same length, well sealed, or the same. */
export type Lie = (exchange: number, bundle: Uint8Array) => Uint8Array;

/**
 * The link of a centre whose program was changed. It alters the very bytes that the agent keeps of what it said, so that all that comes after, on its side
 * too, follows from the lie; and it signs the request for them.
 */
export class LyingLink extends HttpLink {
  readonly #lie: Lie;

  constructor(parts: HttpLinkParts, lie: Lie) {
    super(parts);
    this.#lie = lie;
  }

  override exchange(...said: Parameters<HttpLink["exchange"]>): Promise<Uint8Array> {
    const [, exchange, bundle] = said;
    bundle.set(this.#lie(exchange, bundle));
    return super.exchange(...said);
  }
}
