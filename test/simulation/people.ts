import type { QueueItem } from "@tutti/agent";
import { type Offer, type StandingRules, standingRulesSchema } from "@tutti/protocol";
import type { SimulatedCentre } from "./centre.ts";
import type { SimulatedCoordinator } from "./coordinator.ts";
import type { Faults } from "./faults.ts";
import type { Of } from "./operation.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** What people act in. */
export interface PeopleSetting {
  readonly clock: VirtualClock;
  readonly faults: Faults;
  readonly coordinator: SimulatedCoordinator;
  readonly killAgent: (centre: string, downMs: number) => void;
}

const LOOK_MS = 1_000;
/** After heal, people say yes to a roster so soon. */
const SOON_MS = 100;

/** The standing rules under which a centre's people have to do with what goes wrong; undefined where they have not. */
export function rulesFor(centre: string, faults: Faults): StandingRules | undefined {
  const before = faults.of("askPeople").flatMap((one) => (one.centre === centre ? [one.before] : []));
  if (before.length === 0 && faults.of("stopAgent").every((one) => one.centre !== centre)) return undefined;
  return standingRulesSchema.parse({
    otherwise: before.includes("run") ? "hold" : "answer",
    beforeShares: before.includes("shares") ? "hold" : "send",
  });
}

/** What people at the centres do: they decide what they are asked, stop an agent and let it go on, and say yes to another roster. */
export class People {
  /** What an agent sent that they had not agreed to. */
  readonly unagreed: string[] = [];
  readonly #setting: PeopleSetting;
  readonly #centres = new Map<string, SimulatedCentre>();
  /** Whom they have agreed to, centre by centre: queries that may run, and offers for which shares may leave. */
  readonly #agreed = new Set<string>();
  #yesMs = SOON_MS;

  constructor(setting: PeopleSetting) {
    this.#setting = setting;
  }

  /** From now on there are people at this centre. */
  attend(centre: SimulatedCentre): void {
    const { clock, coordinator } = this.#setting;
    this.#centres.set(centre.name, centre);
    if (centre.people !== null) {
      centre.people.onAsked = (item) => this.#asked(centre, item);
      this.#lookAgain(centre);
    }
    centre.rosterFolder.onTold = () =>
      clock.after(this.#yesMs, () => {
        // Where a centre was taken out there is nothing to agree to.
        if (coordinator.chain.newest.centres.some(({ name }) => name === centre.name)) centre.rosterFolder.agree();
      });
  }

  /** An agent looks every second at what they have decided: the first time it may have failed. */
  #lookAgain(centre: SimulatedCentre): void {
    this.#setting.clock.after(LOOK_MS, () => {
      void centre.look();
      this.#lookAgain(centre);
    });
  }

  /** Somebody stops a centre's agent, and lets it go on after a while. */
  stop(name: string, forMs: number): void {
    const centre = this.#centres.get(name)!;
    centre.people!.isStopped = true;
    void centre.look();
    this.#setting.clock.after(forMs, () => this.#resume(centre));
  }

  /** The roster changes; they hear of it from their agent. */
  changeRoster(change: Of<"changeRoster">): void {
    this.#yesMs = change.yesMs;
    this.#setting.coordinator.changeRoster(change);
  }

  /** An agent sends what it says in an exchange. */
  sent(name: string, session: string, exchange: number): void {
    const { faults, coordinator } = this.#setting;
    if (this.#centres.get(name)?.people?.isStopped === true)
      this.unagreed.push(`${name} said something in exchange ${exchange} while it was stopped`);
    const formed = coordinator.offers.get(session);
    if (exchange > 0 || formed === undefined) return;
    for (const { before } of faults.of("askPeople").filter(({ centre }) => centre === name))
      if (!this.#agreed.has(`${name} ${before} ${before === "run" ? formed.query : formed.offer}`))
        this.unagreed.push(`${name} dealt, and nobody had agreed before (${before})`);
  }

  /** Nothing goes wrong any more: they agree to what waits, and let everybody go on. */
  heal(): void {
    this.#yesMs = SOON_MS;
    for (const centre of this.#centres.values()) {
      for (const item of centre.people?.items() ?? []) this.#decide(centre, item, "approved");
      this.#resume(centre);
      centre.rosterFolder.onTold();
    }
  }

  #asked(centre: SimulatedCentre, item: QueueItem): void {
    const { clock, faults, killAgent } = this.#setting;
    const { decision, afterMs, killAgentMs } = faults.asks(centre.name);
    clock.after(afterMs, () => this.#decide(centre, item, decision));
    if (killAgentMs !== null) killAgent(centre.name, killAgentMs);
  }

  #decide(centre: SimulatedCentre, { id, stage, offer, offerHash }: QueueItem, decision: "approved" | "denied"): void {
    const { people } = centre;
    if (!people!.waiting.has(id) || people!.decisions.has(id)) return;
    const question = JSON.parse(Buffer.from(offer.payload, "base64").toString("utf8")) as Offer;
    if (decision === "approved") this.#agreed.add(`${centre.name} ${stage} ${stage === "run" ? question.id : offerHash}`);
    people!.decide(decision, [id]);
    void centre.look();
  }

  #resume(centre: SimulatedCentre): void {
    centre.people?.resume();
    void centre.look();
  }
}
