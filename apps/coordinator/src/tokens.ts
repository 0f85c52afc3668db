import { createHash, timingSafeEqual } from "node:crypto";

/** A researcher's token as the configuration has it: only its hash. */
export interface TokenEntry {
  /** The requester's name, as every offer says it. */
  readonly name: string;
  /** `sha256:` and the 64 hexadecimal digits of the token's SHA-256. */
  readonly hash: string;
}

/** The tokens that let researchers in. */
export class Tokens {
  readonly #entries: readonly { readonly name: string; readonly hash: Buffer }[];

  constructor(entries: readonly TokenEntry[]) {
    this.#entries = entries.map(({ name, hash }) => ({ name, hash: Buffer.from(hash.slice("sha256:".length), "hex") }));
  }

  /** Whose token an `Authorization` field holds, or null; the time it takes does not tell how much of it was right. */
  requesterOf(authorization: string | undefined): string | null {
    const token = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization ?? "")?.[1];
    if (token === undefined) return null;
    const hash = createHash("sha256").update(token).digest();
    let found: string | null = null;
    for (const entry of this.#entries) if (timingSafeEqual(entry.hash, hash)) found = entry.name;
    return found;
  }
}
