import { type Endpoint, ENDPOINTS, pathOf, type QueryState } from "@tutti/protocol";
import type { Query } from "@tutti/query";
import type { SimulatedCoordinator } from "./coordinator.ts";
import type { VirtualClock } from "./virtual-clock.ts";

const POLL_MS = 100;
/** No answer to a researcher takes longer: none of them waits for anything. */
const ANSWER_MS = 5_000;

/** Somebody who asks, and asks again while there is no answer. */
export class Researcher {
  readonly #coordinator: SimulatedCoordinator;
  readonly #clock: VirtualClock;

  constructor(coordinator: SimulatedCoordinator, clock: VirtualClock) {
    this.#coordinator = coordinator;
    this.#clock = clock;
  }

  /** Asks a query and waits until it has ended, at most so long of the network's time; null when it has not. */
  async ask(query: Query, atMostMs: number): Promise<QueryState | null> {
    const untilMs = this.#clock.nowMs() + atMostMs;
    let id: string | null = null;
    while (this.#clock.nowMs() < untilMs) {
      if (id === null) id = ((await this.#call(ENDPOINTS.ask, {}, query)) as { id?: string } | null)?.id ?? null;
      else {
        const state = (await this.#call(ENDPOINTS.state, { query: id })) as QueryState | null;
        if (state !== null && state.state !== "open") return state;
      }
      await this.#clock.sleep(POLL_MS);
    }
    return null;
  }

  /** What an endpoint answers; null when it does not, or with a problem. */
  async #call(
    { method, path }: Pick<Endpoint, "method" | "path">,
    segments: Readonly<Record<string, string>>,
    body?: object,
  ): Promise<unknown> {
    const said = this.#coordinator.asked(method, pathOf({ path }, segments), body);
    // One whose machine is gone never answers.
    const reply = await Promise.race([said, this.#clock.sleep(ANSWER_MS).then(() => null)]);
    return reply === null || reply.status >= 300 ? null : reply.json();
  }
}
