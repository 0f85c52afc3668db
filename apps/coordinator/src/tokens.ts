import { createHash } from "node:crypto";
import { ENDPOINTS, type EndpointName, type Role } from "@tutti/protocol";
import type { KeptTokens } from "./kept-tokens.ts";
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

/** Where tokens are kept that were made by command. */
export type TokenShelf = Pick<KeptTokens, "byHash" | "ofName">;

/** The tokens that let people in: those of the configuration, and those that were made by command. */
export class Tokens {
  readonly #entries: ReadonlyMap<string, TokenEntry>;
  readonly #kept: TokenShelf;

  constructor(entries: readonly TokenEntry[], kept: TokenShelf) {
    this.#entries = new Map(entries.map((entry) => [entry.hash, entry]));
    this.#kept = kept;
  }

  /**
   * Whose token an `Authorization` field holds (RFC 6750). Throws a ProblemFault `no-token`. A token is found by its hash, so the time that it
   * takes tells nothing of how much of a guess was right.
   */
  async holderOf(authorization: string | undefined, nowMs: number): Promise<Holder> {
    const token = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization ?? "")?.[1];
    if (token === undefined) throw unknownToken();
    const hash = hashOf(token);
    const entry = this.#entries.get(hash) ?? (await this.#kept.byHash(hash));
    if (entry === null) throw unknownToken();
    if ("revokedAtMs" in entry && entry.revokedAtMs !== null)
      throw new ProblemFault("no-token", "this token was revoked: ask the network's operator for a new one");
    if (nowMs >= (entry.expiresAtMs ?? Infinity))
      throw new ProblemFault("no-token", "this token has expired: ask the network's operator for a new one");
    return new Holder(entry);
  }

  /** Holds a query that is asked in somebody's name, while they are not there, against what their tokens allow now. Throws a ProblemFault. */
  async demandMayAsk(name: string, query: unknown, nowMs: number): Promise<void> {
    const faults: ProblemFault[] = [];
    for (const entry of await this.#of(name, nowMs)) {
      try {
        const holder = new Holder(entry);
        holder.demandAction("ask");
        holder.demandDataset(query);
        return;
      } catch (fault) {
        if (!(fault instanceof ProblemFault)) throw fault;
        faults.push(fault);
      }
    }
    throw (
      faults[0] ??
      new ProblemFault("no-token", `${name} has no token that counts, so nobody could read what is asked in this name: make one`)
    );
  }

  /** The tokens of a name that count. */
  async #of(name: string, nowMs: number): Promise<readonly TokenEntry[]> {
    const kept = (await this.#kept.ofName(name)).filter(({ revokedAtMs }) => revokedAtMs === null);
    const all = [...[...this.#entries.values()].filter((entry) => entry.name === name), ...kept];
    return all.filter(({ expiresAtMs = Infinity }) => nowMs < expiresAtMs);
  }
}

/** `sha256:` and the hexadecimal digits: how a token is kept. A token is 256 random bits, so its hash needs no salt and no stretching. */
export function hashOf(token: string): string {
  return `sha256:${createHash("sha256").update(token).digest("hex")}`;
}

function unknownToken(): ProblemFault {
  return new ProblemFault("no-token", "send the token that the network's operator gave you, as Authorization: Bearer …");
}
