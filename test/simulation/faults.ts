import { withoutItem } from "./delivery.ts";
import type { Of, Operation, RequestKind, WriteKind } from "./operation.ts";

/** Operations that are about one request of a centre. */
const ON_REQUEST = [
  "dropRequest",
  "dropReply",
  "double",
  "corruptRequest",
  "corruptReply",
  "delay",
  "killAgent",
  "killCoordinator",
  "stopAgent",
  "changeRoster",
] as const;

/** What happens to one request: the operation of a kind that is for it. */
export type RequestFaults = <Op extends (typeof ON_REQUEST)[number]>(op: Op) => Of<Op> | undefined;

/** What people do when they are asked once: what they say and when, and how long the agent is down that dies then; null when it does not. */
export interface Asking {
  readonly decision: "approved" | "denied";
  readonly afterMs: number;
  readonly killAgentMs: number | null;
}

/** People say yes, after so long. */
const SOON_MS = 200;
const PATHS: readonly (readonly [RequestKind, RegExp])[] = [
  ["offers", /^\/v1\/offers$/],
  ["answer", /\/answers$/],
  ["exchange", /\/exchanges\//],
  ["release", /\/releases$/],
  ["history", /\/history$/],
  ["stop", /\/stops$/],
];

/** Operations in force: counts requests, writes and questions, and says what happens to each. */
export class Faults {
  readonly #operations: readonly Operation[];
  readonly #counts = new Map<string, number>();
  readonly #parted = new Map<string, number>();
  readonly #liars = new Map<string, ReadonlySet<string>>();
  #isOver = false;
  /** How often each kind of operation came to act. */
  readonly acted: Map<Operation["op"], number> = new Map();

  constructor(operations: readonly Operation[]) {
    this.#operations = operations;
  }

  /** Whether everything goes well from now on, but for clocks. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The operations of one kind. */
  of<Op extends Operation["op"]>(op: Op): readonly Of<Op>[] {
    return this.#operations.filter((one): one is Of<Op> => one.op === op);
  }

  /** Nothing goes wrong any more, but for clocks. */
  end(): void {
    this.#isOver = true;
    this.#parted.clear();
  }

  skewMs(centre: string): number {
    return this.of("skew").find((one) => one.centre === centre)?.ms ?? 0;
  }

  part(centre: string): void {
    if (this.#isOver) return;
    this.#parted.set(centre, (this.#parted.get(centre) ?? 0) + 1);
    this.#note("partition");
  }

  join(centre: string): void {
    this.#parted.set(centre, Math.max(0, (this.#parted.get(centre) ?? 0) - 1));
  }

  isParted(centre: string): boolean {
    return (this.#parted.get(centre) ?? 0) > 0;
  }

  /** The next request of a centre. */
  request(centre: string, target: string): RequestFaults {
    const on = PATHS.find(([, path]) => path.test(target))?.[0] ?? null;
    const nth = this.#count(`${centre} asks ${on}`);
    const here = ON_REQUEST.flatMap((op) =>
      this.of(op).filter((one) => this.#acts(one, one.centre === centre && one.on === on && one.nth === nth)),
    );
    return <Op extends Operation["op"]>(op: Op) =>
      here.find((one): one is Extract<typeof one, Of<Op>> => one.op === op) as Of<Op> | undefined;
  }

  /** What a centre says in an exchange: where it lies, what it would say that lies; null where that can't be made up. */
  said(centre: string, exchange: number, honest: Uint8Array, lying: (honest: Uint8Array) => Uint8Array | null): Uint8Array {
    if (this.#isOver || !this.of("lie").some((one) => one.centre === centre && one.exchange === exchange)) return honest;
    const said = lying(honest);
    if (said === null) return honest;
    this.#note("lie");
    const session = Buffer.from(honest.subarray(0, 32)).toString("hex");
    this.#liars.set(session, new Set([...this.liarsIn(session), centre]));
    return said;
  }

  /** Who lied in a session. */
  liarsIn(session: string): ReadonlySet<string> {
    return this.#liars.get(session) ?? new Set();
  }

  /** The body of a delivery as it is passed on: some bundles are withheld. */
  delivered(centre: string, exchange: number, told: Uint8Array, participants: readonly string[]): Uint8Array {
    if (this.#isOver || told.length < 2) return told;
    // Places are known while all take part.
    if (new DataView(told.buffer, told.byteOffset).getUint16(0) !== participants.length) return told;
    let delivery = told;
    for (const one of this.of("withhold")) {
      if (!this.#acts(one, one.exchange === exchange && one.to.includes(centre) && one.from !== centre)) continue;
      delivery = withoutItem(delivery, participants.indexOf(one.from));
    }
    return delivery;
  }

  /** The next write of a centre: refused, or its writer dies before or after it; null when all is well. */
  writes(centre: string, on: WriteKind): "full" | Of<"killAgentWriting"> | null {
    const nth = this.#count(`${centre} writes ${on}`);
    const full = this.of("fullDisk").find(
      (one) => one.centre === centre && one.on === on && nth >= one.nth && nth < one.nth + one.times && this.#acts(one),
    );
    if (full !== undefined) return "full";
    return this.of("killAgentWriting").find((one) => one.centre === centre && one.on === on && one.nth === nth && this.#acts(one)) ?? null;
  }

  /** The next write of the coordinator, which dies before or after it; null when it does not. */
  storeWrites(): Of<"killStore"> | null {
    const nth = this.#count("coordinator writes");
    return this.of("killStore").find((one) => one.nth === nth && this.#acts(one)) ?? null;
  }

  /** People at a centre are asked something new. */
  asks(centre: string): Asking {
    const nth = this.#count(`${centre} asks people`);
    const isHere = (one: { readonly centre: string; readonly nth: number }): boolean => one.centre === centre && one.nth === nth;
    const said = this.of("decide").find((one) => this.#acts(one, isHere(one)));
    const killed = this.of("killAgentAsking").find((one) => this.#acts(one, isHere(one)));
    return { decision: said?.decision ?? "approved", afterMs: said?.afterMs ?? SOON_MS, killAgentMs: killed?.downMs ?? null };
  }

  #acts({ op }: Operation, isMeant = true): boolean {
    const acts = isMeant && !this.#isOver;
    if (acts) this.#note(op);
    return acts;
  }

  #note(op: Operation["op"]): void {
    this.acted.set(op, (this.acted.get(op) ?? 0) + 1);
  }

  #count(what: string): number {
    const count = this.#counts.get(what) ?? 0;
    this.#counts.set(what, count + 1);
    return count;
  }
}
