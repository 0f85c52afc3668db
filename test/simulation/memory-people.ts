import type { DeskFolder, Order, PersonsDecision, QueueItem, Resumption } from "@tutti/agent";

/** What people at a simulated centre are asked and have decided, in memory: what `ConsentFolder` is on a disk. */
export class MemoryPeople implements DeskFolder {
  readonly path = "";
  isStopped = false;
  readonly #items = new Map<string, QueueItem>();
  readonly #decisions = new Map<string, PersonsDecision>();

  items(): readonly QueueItem[] {
    return [...this.#items.values()];
  }

  decisions(): readonly PersonsDecision[] {
    return [...this.#decisions.values()];
  }

  async put(item: QueueItem): Promise<void> {
    this.#items.set(item.id, item);
  }

  async remove(id: string): Promise<void> {
    this.#items.delete(id);
    this.#decisions.delete(id);
  }

  stoppedBy(): Order | null {
    return this.isStopped ? { by: "Ada", atMs: 0 } : null;
  }

  resumptions(): ReadonlyMap<string, Resumption> {
    return new Map();
  }

  async forget(): Promise<void> {}

  /** Somebody decides about everything that waits. */
  decide(decision: PersonsDecision["decision"]): void {
    for (const id of this.#items.keys())
      this.#decisions.set(id, { id, decision, by: "Ada", atMs: 0, ...(decision === "denied" ? { why: "other" as const } : {}) });
  }
}
