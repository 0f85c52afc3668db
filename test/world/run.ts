import type { Release } from "@tutti/disclosure";
import type { Envelope } from "@tutti/envelope";
import { type Bundle, decodeBundle, encodeDelivery, RESULT_EXCHANGE, type Session, SessionStop, type Step } from "@tutti/protocol";
import type { Liar } from "./liar.ts";
import type { Ended, Mischief } from "./world.ts";

/** One query on its way through a world. */
export class Run {
  readonly refusals: Map<string, string> = new Map();
  /** The releases as each centre signed them. */
  readonly signed: Map<string, Envelope> = new Map();
  readonly #mischief: Mischief;
  readonly #recorded: (centre: string, session: string, cells: readonly number[] | null) => void;
  readonly #sessions = new Map<string, Session | Liar>();
  readonly #steps = new Map<string, Step>();
  readonly #stops = new Map<string, SessionStop>();
  readonly #releases = new Map<string, Release>();
  readonly #records = new Map<string, readonly number[] | null>();
  readonly #seen: Uint8Array[] = [];
  #exchanges = 0;

  /** @param recorded called when a centre writes down what it is about to open */
  constructor(mischief: Mischief, recorded: (centre: string, session: string, cells: readonly number[] | null) => void) {
    this.#mischief = mischief;
    this.#recorded = recorded;
  }

  /** What the coordinator sees of a signed message. */
  see(envelope: Envelope): Envelope {
    this.#seen.push(new TextEncoder().encode(JSON.stringify(envelope)));
    return envelope;
  }

  join(centre: string, join: () => Session | Liar): void {
    try {
      const session = join();
      this.#sessions.set(centre, session);
      this.#settle(centre, session.start());
    } catch (fault) {
      if (!(fault instanceof SessionStop)) throw fault;
      this.#stops.set(centre, fault);
    }
  }

  /** Relays exchange by exchange; the first stop ends it for all, as the coordinator's answer would. */
  toEnd(order: readonly string[]): Ended {
    const gone = new Set<string>();
    while (this.#steps.size > 0 && this.#stops.size === 0) {
      const waiting = [...this.#steps].flatMap(([centre, step]) => (step.kind === "exchange" ? [{ centre, step }] : []));
      if (waiting.length === 0) break;
      const exchange = Math.min(...waiting.map(({ step }) => step.exchange));
      const now = waiting.filter(({ step }) => step.exchange === exchange);
      if (exchange !== RESULT_EXCHANGE) this.#exchanges++;
      const posted = new Map<string, Bundle>();
      for (const { centre, step } of now) {
        const bytes = this.#mischief.post === undefined ? step.bundle : this.#mischief.post(step.bundle, centre, exchange);
        if (bytes === null) {
          gone.add(centre);
          this.#steps.delete(centre);
          continue;
        }
        this.#seen.push(bytes);
        posted.set(centre, decodeBundle(bytes, order.length));
      }
      const bundles = order.map((centre) => posted.get(centre) ?? null);
      for (const { centre } of now) {
        if (gone.has(centre)) continue;
        const honest = encodeDelivery(bundles, order.indexOf(centre));
        const delivery = this.#mischief.deliver?.(honest, centre, exchange, bundles) ?? honest;
        this.#settle(centre, this.#sessions.get(centre)!.heard(delivery));
      }
    }
    for (const centre of gone) this.#stops.set(centre, new SessionStop("late", "it fell silent"));
    for (const centre of this.#steps.keys()) this.#stops.set(centre, new SessionStop("ended", "another participant stopped"));
    return {
      releases: this.#releases,
      stops: this.#stops,
      refusals: this.refusals,
      exchanges: this.#exchanges,
      seen: this.#seen,
      records: this.#records,
    };
  }

  #settle(centre: string, step: Step): void {
    const session = this.#sessions.get(centre)!;
    switch (step.kind) {
      case "exchange":
        this.#steps.set(centre, step);
        return;
      case "record":
        if (this.#mischief.ledgerFull?.(centre))
          return this.#settle(centre, session.stop(new SessionStop("ledger", "the ledger can't be written")));
        this.#records.set(centre, step.cells);
        this.#recorded(centre, session.name, step.cells);
        return this.#settle(centre, session.recorded());
      case "release":
        this.signed.set(centre, this.see(step.envelope));
        this.#releases.set(centre, step.release);
        this.#steps.delete(centre);
        return;
      case "stopped":
        this.see(step.envelope);
        this.#stops.set(centre, step.stop);
        this.#steps.delete(centre);
    }
  }
}
