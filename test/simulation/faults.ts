import type { Call } from "@tutti/agent";
import { lyingBundle, withBundle } from "./lie.ts";
import type { Listener } from "./listener.ts";
import type { Operation, RequestKind, WriteKind } from "./operation.ts";

/** What happens to one request. */
export interface RequestFault {
  readonly dropRequest: boolean;
  readonly dropReply: boolean;
  readonly double: boolean;
  readonly corruptRequest: boolean;
  readonly corruptReply: boolean;
  readonly delayMs: number;
  /** How long the sender is down that dies before it sends it; null when it does not. */
  readonly killAgentMs: number | null;
  /** The same of the coordinator, when it arrives. */
  readonly killCoordinatorMs: number | null;
}

type Of<Op> = Extract<Operation, { readonly op: Op }>;
const PATHS: readonly (readonly [RequestKind, RegExp])[] = [
  ["offers", /^\/v1\/offers$/],
  ["answer", /\/answers$/],
  ["exchange", /\/exchanges\//],
  ["release", /\/releases$/],
  ["history", /\/history$/],
  ["stop", /\/stops$/],
];

/** Operations in force: counts requests and writes, and says what happens to each. */
export class Faults {
  readonly #operations: readonly Operation[];
  readonly #counts = new Map<string, number>();
  readonly #parted = new Map<string, number>();
  /** What a liar would have said, by its name and the request. */
  readonly #honest = new Map<string, Uint8Array>();
  #isOver = false;
  /** How often each kind of operation came to act. */
  readonly acted: Map<Operation["op"], number> = new Map();

  constructor(operations: readonly Operation[]) {
    this.#operations = operations;
  }

  get partitions(): readonly Of<"partition">[] {
    return this.#of("partition");
  }

  skewMs(centre: string): number {
    return this.#of("skew").find((one) => one.centre === centre)?.ms ?? 0;
  }

  /** Nothing goes wrong any more, but for clocks. */
  end(): void {
    this.#isOver = true;
    this.#parted.clear();
  }

  part(centre: string): void {
    if (!this.#isOver) this.#parted.set(centre, (this.#parted.get(centre) ?? 0) + 1);
  }

  join(centre: string): void {
    this.#parted.set(centre, Math.max(0, (this.#parted.get(centre) ?? 0) - 1));
  }

  isParted(centre: string): boolean {
    return (this.#parted.get(centre) ?? 0) > 0;
  }

  /** The next request of a centre. */
  request(centre: string, target: string): RequestFault {
    const on = PATHS.find(([, path]) => path.test(target))?.[0] ?? null;
    const nth = this.#count(`${centre} asks ${on}`);
    const here = this.#operations.filter((one) => "on" in one && one.centre === centre && one.on === on && one.nth === nth);
    const has = (op: Operation["op"]): boolean => here.some((one) => this.#acts(one, op));
    const downMs = (op: "killAgent" | "killCoordinator"): number | null =>
      (here.find((one) => this.#acts(one, op)) as Of<"killAgent"> | undefined)?.downMs ?? null;
    return {
      dropRequest: has("dropRequest"),
      dropReply: has("dropReply"),
      double: has("double"),
      corruptRequest: has("corruptRequest"),
      corruptReply: has("corruptReply"),
      delayMs: (here.find((one) => this.#acts(one, "delay")) as Of<"delay"> | undefined)?.ms ?? 0,
      killAgentMs: downMs("killAgent"),
      killCoordinatorMs: downMs("killCoordinator"),
    };
  }

  /** The body of a request as its sender says it: a liar's is another. */
  altered(centre: string, { target, body }: Call, listener: Listener): Uint8Array {
    const exchange = exchangeOf(target);
    const lies = exchange !== null && this.#of("lie").some((one) => one.centre === centre && one.exchange === exchange);
    if (!lies || this.#isOver) return body;
    const said = lyingBundle(body, listener);
    if (said !== body) this.#note("lie");
    this.#honest.set(`${centre} ${target}`, body);
    return said;
  }

  /** The body of an answer as it is passed on: some bundles are withheld, and a liar hears of its own what it would have said. */
  delivered(centre: string, { target }: Call, told: Uint8Array, participants: readonly string[]): Uint8Array {
    const exchange = exchangeOf(target);
    if (exchange === null || this.#isOver || told.length < 2) return told;
    const count = new DataView(told.buffer, told.byteOffset).getUint16(0);
    // Places are known while all take part.
    if (count !== participants.length) return told;
    const place = participants.indexOf(centre);
    const honest = this.#honest.get(`${centre} ${target}`);
    let delivery = honest === undefined ? told : withBundle(told, place, place, honest);
    for (const { from, to, exchange: which } of this.#of("withhold")) {
      if (which !== exchange || !to.includes(centre) || from === centre) continue;
      this.#note("withhold");
      delivery = withBundle(delivery, participants.indexOf(from), place, null);
    }
    return delivery;
  }

  /** The next write of a centre: refused, or its writer dies before or after it; null when all is well. */
  writes(centre: string, on: WriteKind): "full" | Of<"killAgentWriting"> | null {
    const nth = this.#count(`${centre} writes ${on}`);
    const full = this.#of("fullDisk").find((one) => one.centre === centre && one.on === on && nth >= one.nth && nth < one.nth + one.times);
    if (full !== undefined && this.#acts(full, "fullDisk")) return "full";
    const killed = this.#of("killAgentWriting").find((one) => one.centre === centre && one.on === on && one.nth === nth);
    return killed !== undefined && this.#acts(killed, "killAgentWriting") ? killed : null;
  }

  /** The next write of the coordinator: how long it is down that dies before it; null when it does not. */
  storeWrites(): number | null {
    const nth = this.#count("coordinator writes");
    const killed = this.#of("killStore").find((one) => one.nth === nth);
    return killed !== undefined && this.#acts(killed, "killStore") ? killed.downMs : null;
  }

  #acts(operation: Operation, op: Operation["op"]): boolean {
    const acts = !this.#isOver && operation.op === op;
    if (acts) this.#note(op);
    return acts;
  }

  #note(op: Operation["op"]): void {
    this.acted.set(op, (this.acted.get(op) ?? 0) + 1);
  }

  #of<Op extends Operation["op"]>(op: Op): readonly Of<Op>[] {
    return this.#operations.filter((one): one is Of<Op> => one.op === op);
  }

  #count(what: string): number {
    const count = this.#counts.get(what) ?? 0;
    this.#counts.set(what, count + 1);
    return count;
  }
}

function exchangeOf(target: string): number | null {
  const found = /\/exchanges\/(\d+)$/.exec(target);
  return found === null ? null : Number(found[1]);
}
