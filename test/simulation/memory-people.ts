import type { DeskFolder, Order, PersonsDecision, QueueItem, Resumption } from "@tutti/agent";
import type { Life } from "./centre.ts";

/** What people at a simulated centre are asked and have decided, in memory: what the folder `consent` is on a disk. It outlives the agent. */
export class MemoryPeople {
  isStopped = false;
  /** Told of each thing that they are asked, once. */
  onAsked: (item: QueueItem) => void = () => {};
  readonly waiting: Map<string, QueueItem> = new Map();
  readonly decisions: Map<string, PersonsDecision> = new Map();
  readonly resumptions: Map<string, Resumption> = new Map();
  readonly #asked = new Set<string>();

  items(): readonly QueueItem[] {
    return [...this.waiting.values()];
  }

  put(item: QueueItem): void {
    this.waiting.set(item.id, item);
    if (this.#asked.has(item.id)) return;
    this.#asked.add(item.id);
    this.onAsked(item);
  }

  /** Somebody decides about everything that waits, or about some of it; the first decision counts. */
  decide(decision: PersonsDecision["decision"], ids: Iterable<string> = this.waiting.keys()): void {
    for (const id of ids) {
      if (this.decisions.has(id) || !this.waiting.has(id)) continue;
      this.decisions.set(id, { id, decision, by: "Ada", atMs: 0, ...(decision === "denied" ? { why: "other" as const } : {}) });
    }
  }

  /** Somebody lets the agent go on that was stopped. */
  resume(): void {
    if (!this.isStopped) return;
    this.resumptions.set(`resumed-${this.resumptions.size}`, { stopped: ORDER, resumed: ORDER });
    this.isStopped = false;
  }
}

const ORDER: Order = { by: "Ada", atMs: 0 };

/** That folder as the agent of one life has it: once it is dead it finds nothing there, and leaves nothing. */
export class PeopleFolder implements DeskFolder {
  readonly path = "";
  readonly #people: MemoryPeople;
  readonly #life: Life;

  constructor(people: MemoryPeople, life: Life) {
    this.#people = people;
    this.#life = life;
  }

  get isStopped(): boolean {
    return this.#people.isStopped;
  }

  items(): readonly QueueItem[] {
    return this.#life.isOver ? [] : this.#people.items();
  }

  decisions(): readonly PersonsDecision[] {
    return this.#life.isOver ? [] : [...this.#people.decisions.values()];
  }

  async put(item: QueueItem): Promise<void> {
    if (!this.#life.isOver) this.#people.put(item);
  }

  async remove(id: string): Promise<void> {
    if (this.#life.isOver) return;
    this.#people.waiting.delete(id);
    this.#people.decisions.delete(id);
  }

  stoppedBy(): Order | null {
    return this.isStopped ? ORDER : null;
  }

  resumptions(): ReadonlyMap<string, Resumption> {
    return this.#life.isOver ? new Map() : new Map(this.#people.resumptions);
  }

  async forget(file: string): Promise<void> {
    if (!this.#life.isOver) this.#people.resumptions.delete(file);
  }
}
