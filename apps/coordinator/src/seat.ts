import { ENDPOINTS, problem } from "@tutti/protocol";
import type { App } from "./app.ts";
import { type Clock, within } from "./clock.ts";
import { faultFields, type Log } from "./log.ts";
import { json, problemReply } from "./reply.ts";
import type { Store } from "./store.ts";
import type { Incoming } from "./trace.ts";

/** A time in which this process leads the network. */
export interface Term {
  readonly store: Store;
  /** Settles when another process leads, or may. */
  readonly over: Promise<void>;
}

/** Who leads, of all processes that share a store. */
export interface Terms {
  /** Waits until this process may lead. Rejects with a DatabaseFault when the store can't be reached. */
  next(): Promise<Term>;
  /** What others pass to the one that leads is answered by this; null when it leads no more. */
  serve(answer: Answering | null): void;
  /** Asks the one that leads; null when nobody does. */
  pass(request: Request, env: Bindings): Promise<Response> | null;
  stop(): Promise<void>;
}

/** What Node's server tells of a request beside it. */
export interface Bindings {
  readonly incoming: Incoming;
}

/** Answers a request. */
export type Answering = (request: Request, env: Bindings) => Response | Promise<Response>;

/** Before what failed is tried again. */
const AGAIN_MS = 1_000;

/** The only process on its store leads always. */
export function onlyTerm(store: Store): Terms {
  return {
    next: async () => ({ store, over: new Promise<void>(() => {}) }),
    serve: () => {},
    pass: () => null,
    stop: async () => {},
  };
}

/** What a seat is set up with. */
export interface SeatSetting {
  readonly terms: Terms;
  /** Makes the app of a term. */
  readonly open: (store: Store) => App;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Keeps a coordinator at work for as long as this process leads. When its store fails, or another process leads, the coordinator lets go of everything as
 * in a crash; the next term begins with what the store knows. In between requests are passed on, or told to come again.
 */
export class Seat {
  readonly #setting: SeatSetting;
  readonly #stop = Promise.withResolvers<void>();
  #app: App | null = null;
  /** Whether somebody counts on it: from then on a failure is tried again, not told. */
  #isTaken = false;
  #isStopping = false;
  #working: Promise<void> = Promise.resolve();

  private constructor(setting: SeatSetting) {
    this.#setting = setting;
  }

  /** Begins; settles when requests can be answered or passed on. Rejects with a DatabaseFault when this process leads and can't read its store. */
  static async take(setting: SeatSetting): Promise<Seat> {
    const seat = new Seat(setting);
    const begun = Promise.withResolvers<void>();
    seat.#working = seat.#work(begun);
    await Promise.race([begun.promise, within(new Promise(() => {}), AGAIN_MS, setting.clock)]);
    seat.#isTaken = true;
    return seat;
  }

  /** Answers a request, here or where the coordinator is. */
  answer(request: Request, env: Bindings): Response | Promise<Response> {
    const app = this.#app;
    if (app !== null) return app.app.fetch(request, env);
    // Whether this process lives, it says itself.
    if (new URL(request.url).pathname === ENDPOINTS.health.path) return json({ status: "ok" });
    return this.#setting.terms.pass(request, env) ?? notReady();
  }

  /** How many centres wait for offers here. */
  present(): number {
    return this.#app?.present() ?? 0;
  }

  /** Whether this process leads. */
  get isLeading(): boolean {
    return this.#app !== null;
  }

  /** Ends what is open here, with a named outcome. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#app?.close();
    this.#stop.resolve();
    await this.#setting.terms.stop();
    await this.#working;
  }

  async #work(begun: PromiseWithResolvers<void>): Promise<void> {
    const { terms, clock, log } = this.#setting;
    while (!this.#isStopping) {
      try {
        await Promise.race([this.#lead(await terms.next(), begun.resolve), this.#stop.promise]);
      } catch (fault) {
        if (!this.#isTaken) return begun.reject(fault);
        if (!this.#isStopping) log.error(faultFields(fault), "the store does not answer");
      }
      if (!this.#isStopping) await within(this.#stop.promise, AGAIN_MS, clock);
    }
  }

  async #lead({ store, over }: Term, begun: () => void): Promise<void> {
    const { terms, open } = this.#setting;
    const app = open(store);
    try {
      await app.start();
      this.#app = app;
      terms.serve((request, env) => app.app.fetch(request, env));
      begun();
      await Promise.race([app.lost, over]);
    } finally {
      terms.serve(null);
      this.#app = null;
      app.abandon();
    }
  }
}

function notReady(): Response {
  return problemReply(problem("not-ready", "the coordinator begins anew: ask again in a moment"));
}
