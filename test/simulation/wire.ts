import type { Call, Caller, Reply } from "@tutti/agent";
import type { Life } from "./centre.ts";
import type { SimulatedCoordinator } from "./coordinator.ts";
import type { Faults } from "./faults.ts";
import type { Of } from "./operation.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** What the way between centres and coordinator is made of. */
export interface WireSetting {
  readonly clock: VirtualClock;
  readonly faults: Faults;
  readonly coordinator: SimulatedCoordinator;
  /** The centres, in the order in which they have their places. */
  readonly centres: readonly string[];
  /** How long one way takes, drawn anew each time. */
  readonly latencyMs: () => number;
  readonly killAgent: (centre: string, downMs: number) => void;
  /** Somebody stops a centre's agent, and lets it go on after a while. */
  readonly stopAgent: (centre: string, forMs: number) => void;
  readonly changeRoster: (change: Of<"changeRoster">) => void;
  /** Told of each bundle when it leaves its centre, when it arrives, and of each delivery when a centre is given it. */
  readonly onSend: (centre: string, session: string, exchange: number) => void;
  readonly onPost: (centre: string, exchange: number, body: Uint8Array) => void;
  readonly onDelivery: (centre: string, body: Uint8Array) => void;
}

/** No answer to anything takes longer in a network that is whole. */
const RESET_MS = 200;
const EXCHANGE = /\/sessions\/([0-9a-f]+)\/exchanges\/(\d+)$/;

/** The way between centres and coordinator, and all that goes wrong on it. */
export class Wire {
  readonly #setting: WireSetting;

  constructor(setting: WireSetting) {
    this.#setting = setting;
  }

  /** A centre's way to the coordinator, for the agent of one life. */
  callerOf(centre: string, life: Life): Caller {
    const { clock } = this.#setting;
    return {
      call: (call, sent) => {
        sent?.();
        return new Promise<Reply>((resolve, reject) => {
          const callOff = clock.after(call.timeoutMs, () => life.isOver || reject(new Error("no answer in time")));
          const settle = (settled: () => void): void => {
            callOff();
            if (!life.isOver) settled();
          };
          this.#send(centre, life, call).then(
            (reply) => settle(() => resolve(reply)),
            (error: unknown) => settle(() => reject(error)),
          );
        });
      },
    };
  }

  async #send(centre: string, life: Life, call: Call): Promise<Reply> {
    const { clock, faults, coordinator, centres, killAgent, stopAgent, changeRoster, onSend, onPost, onDelivery } = this.#setting;
    const [, session, exchange] = EXCHANGE.exec(call.target) ?? [];
    const fault = faults.request(centre, call.target);
    const killed = fault("killAgent");
    if (killed !== undefined) killAgent(centre, killed.downMs);
    if (life.isOver) return new Promise(() => {});
    if (session !== undefined) onSend(centre, session, Number(exchange));
    const stopped = fault("stopAgent");
    if (stopped !== undefined) stopAgent(centre, stopped.forMs);
    await this.#latency();
    const delayed = fault("delay");
    if (delayed !== undefined) await clock.sleep(delayed.ms);
    const crash = fault("killCoordinator");
    if (crash !== undefined) coordinator.kill(crash);
    const change = fault("changeRoster");
    if (change !== undefined) changeRoster(change);
    if (fault("dropRequest") || faults.isParted(centre)) return this.#reset();
    const body = fault("corruptRequest") ? corrupted(call.body) : call.body;
    if (session !== undefined) onPost(centre, Number(exchange), body);
    const ask = () => coordinator.request(call.method, call.target, { ...call.headers, "content-length": String(body.length) }, body);
    const [reply] = await Promise.all(fault("double") ? [ask(), ask()] : [ask()]);
    if (reply == null) return this.#reset();
    const told = new Uint8Array(await reply.arrayBuffer());
    await this.#latency();
    if (fault("dropReply") || faults.isParted(centre)) return this.#reset();
    const isDelivery = session !== undefined && reply.status === 200;
    const passed = isDelivery ? faults.delivered(centre, Number(exchange), told, centres) : told;
    const given = fault("corruptReply") ? corrupted(passed) : passed;
    if (isDelivery) onDelivery(centre, given);
    return { status: reply.status, retryAfterMs: 0, dateMs: clock.nowMs(), body: given };
  }

  #latency(): Promise<void> {
    return this.#setting.clock.sleep(this.#setting.latencyMs());
  }

  async #reset(): Promise<never> {
    await this.#setting.clock.sleep(RESET_MS);
    throw Object.assign(new Error("the connection was reset"), { code: "ECONNRESET" });
  }
}

function corrupted(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return bytes;
  const altered = bytes.slice();
  altered[Math.floor(bytes.length / 2)]! ^= 4;
  return altered;
}
