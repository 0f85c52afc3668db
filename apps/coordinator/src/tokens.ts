import { createHash } from "node:crypto";
import { ENDPOINTS, type EndpointName, type Role } from "@tutti/protocol";
import { ProblemFault } from "./problem-fault.ts";

/** A token as it is kept: its hash, and what it is for. Nothing here lets anybody in. */
export interface TokenEntry {
  /** The holder's name; every offer says it as that of the requester. */
  readonly name: string;
  /** `sha256:` and the 64 hexadecimal digits of the token's SHA-256. */
  readonly hash: string;
  readonly role: Role;
  /** The dictionaries that may be asked about, by id; all when left out. */
  readonly datasets?: readonly string[] | undefined;
  /** The endpoints that may be called, of those that the role allows; all of them when left out. */
  readonly actions?: readonly EndpointName[] | undefined;
  /** Milliseconds since 1970; never when left out. */
  readonly expiresAtMs?: number | undefined;
}

/** Whoever has shown a token that counts. */
export class Holder {
  readonly name: string;
  readonly role: Role;
  readonly #entry: TokenEntry;

  constructor(entry: TokenEntry) {
    this.name = entry.name;
    this.role = entry.role;
    this.#entry = entry;
  }

  /** Whose queries this holder sees: their own, or everybody's (null). */
  get sees(): string | null {
    return this.role === "researcher" ? this.name : null;
  }

  /** Throws a ProblemFault `not-allowed` where role or token does not allow an endpoint. */
  demandAction(name: EndpointName): void {
    const { caller } = ENDPOINTS[name];
    if (typeof caller === "string" || !caller.includes(this.role))
      throw new ProblemFault("not-allowed", `a token of the role ${this.role} may not do that: ask the network's operator for another`);
    if (this.#entry.actions?.includes(name) === false)
      throw new ProblemFault("not-allowed", `this token is not for "${name}": ask the network's operator for one that is`);
  }

  /** Throws a ProblemFault `not-allowed` where the token is not for the dictionary of a query. */
  demandDataset(query: unknown): void {
    const { datasets } = this.#entry;
    if (datasets === undefined) return;
    const wanted = typeof query === "object" && query !== null && "dataset" in query ? query.dataset : null;
    if (typeof wanted !== "string" || !datasets.includes(wanted.replace(/@.*$/, "")))
      throw new ProblemFault("not-allowed", `this token is for ${datasets.join(", ")} only: ask the network's operator for one for more`);
  }
}

/** The tokens that let people in. */
export class Tokens {
  readonly #entries: ReadonlyMap<string, TokenEntry>;

  constructor(entries: readonly TokenEntry[]) {
    this.#entries = new Map(entries.map((entry) => [entry.hash, entry]));
  }

  /**
   * Whose token an `Authorization` field holds (RFC 6750). Throws a ProblemFault `no-token`. A token is found by its hash, so the time that it
   * takes tells nothing of how much of a guess was right.
   */
  holderOf(authorization: string | undefined, nowMs: number): Holder {
    const token = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization ?? "")?.[1];
    const entry = token === undefined ? undefined : this.#entries.get(`sha256:${createHash("sha256").update(token).digest("hex")}`);
    if (entry === undefined)
      throw new ProblemFault("no-token", "send the token that the network's operator gave you, as Authorization: Bearer …");
    if (nowMs >= (entry.expiresAtMs ?? Infinity))
      throw new ProblemFault("no-token", "this token has expired: ask the network's operator for a new one");
    return new Holder(entry);
  }
}
