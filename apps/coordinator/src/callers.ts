import type { EndpointName } from "@tutti/protocol";
import type { Context } from "hono";
import type { CentreGate } from "./centre-gate.ts";
import type { Clock } from "./clock.ts";
import type { Peers } from "./peers.ts";
import { ProblemFault } from "./problem-fault.ts";
import { type Limits, RateLimit } from "./rate-limit.ts";
import type { Admitted } from "./centre-gate.ts";
import type { Holder, Tokens } from "./tokens.ts";

/** What callers are told apart by. */
export interface CallersSetting {
  readonly gate: CentreGate;
  readonly tokens: Tokens;
  readonly peers: Peers;
  readonly limits: Limits;
  readonly clock: Clock;
}

/** Endpoints that cost the coordinator work of its own. */
const ASKING: ReadonlySet<EndpointName> = new Set(["ask", "preview"]);

/** The end of a connection, where there is one: an app that is called without a socket has none. */
interface Connected {
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string | undefined } } | undefined;
}

/** Who a request comes from, and whether they have asked too often. All of it happens before a body is read. */
export class Callers {
  readonly #setting: CallersSetting;
  readonly #byAddress: RateLimit;
  readonly #byCentre: RateLimit;
  readonly #asking: RateLimit;
  readonly #reading: RateLimit;

  constructor(setting: CallersSetting) {
    const { address, centre, asking, reading } = setting.limits;
    this.#setting = setting;
    this.#byAddress = new RateLimit(address);
    this.#byCentre = new RateLimit(centre);
    this.#asking = new RateLimit(asking);
    this.#reading = new RateLimit(reading);
  }

  /** Counts a request against the address that it comes from, before anything else is done for it. Throws a ProblemFault `too-fast`. */
  arrive(c: Context): void {
    this.#take(this.#byAddress, this.#addressOf(c));
  }

  /** The centre that signed a request. Throws a ProblemFault. */
  centre(c: Context): Admitted {
    const { url, method, raw } = c.req;
    const admitted = this.#setting.gate.admit({ method, target: targetOf(url), headers: raw.headers });
    this.#byAddress.giveBack(this.#addressOf(c));
    this.#take(this.#byCentre, admitted.centre);
    return admitted;
  }

  /** The holder of a token that allows an endpoint. Throws a ProblemFault. */
  async holder(c: Context, endpoint: EndpointName): Promise<Holder> {
    const holder = await this.#setting.tokens.holderOf(c.req.header("authorization"), this.#setting.clock.nowMs());
    this.#byAddress.giveBack(this.#addressOf(c));
    holder.demandAction(endpoint);
    this.#take(ASKING.has(endpoint) ? this.#asking : this.#reading, holder.name);
    return holder;
  }

  #take(limit: RateLimit, name: string): void {
    const waitMs = limit.take(name, this.#setting.clock.nowMs());
    if (waitMs > 0) throw ProblemFault.after(waitMs);
  }

  #addressOf(c: Context): string {
    const { incoming } = (c.env ?? {}) as Connected;
    return this.#setting.peers.nameOf(incoming?.socket?.remoteAddress, c.req.header("x-forwarded-for"));
  }
}

/** Path and query, as they stand in the request line. */
function targetOf(url: string): string {
  return url.slice(url.indexOf("/", url.indexOf("//") + 2));
}
