import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { link, open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Random } from "@tutti/envelope";
import { toHex } from "@tutti/envelope";
import type { z } from "zod";
import { syncFolder, writeDurably } from "../guard/durable-file.ts";
import {
  decisionSchema,
  type Order,
  orderSchema,
  type PersonsDecision,
  type QueueItem,
  queueItemSchema,
  type Resumption,
  resumptionSchema,
} from "./queue-item.ts";

const ITEM = ".item.json";
const DECISION = ".decision.json";
const STOPPED = "stopped.json";
const RESUMED = /^resumed-[0-9]{1,16}\.json$/;

/** Of a stop whose file can't be read: it holds all the same. */
const UNKNOWN: Order = { by: "unknown", atMs: 0 };

/**
 * `consent/` in the folder of the ledger: where the agent puts what people are asked, and their commands put what they decide. Each file is there
 * whole or not at all, and outlives a crash once its writer was told so. No port is opened for it, and it works as well while the agent is down.
 */
export class ConsentFolder {
  readonly path: string;

  /** Makes the folder if absent, for its owner alone. */
  constructor(ledger: string) {
    this.path = join(ledger, "consent");
    mkdirSync(this.path, { recursive: true, mode: 0o700 });
  }

  /** Whether somebody has stopped the agent: asked before everything that it says, and true from the moment when the command is done. */
  get isStopped(): boolean {
    return existsSync(join(this.path, STOPPED));
  }

  /** Everything that people are asked at the moment, oldest first. What is no item is passed over. */
  items(): readonly QueueItem[] {
    return this.#read(ITEM, queueItemSchema).toSorted((a, b) => a.askedAtMs - b.askedAtMs);
  }

  /** What they have decided and the agent has not dealt with. */
  decisions(): readonly PersonsDecision[] {
    return this.#read(DECISION, decisionSchema);
  }

  async put(item: QueueItem): Promise<void> {
    await writeDurably(join(this.path, item.id + ITEM), bytesOf(item));
  }

  /** Removes an item and what was decided about it. */
  async remove(id: string): Promise<void> {
    await rm(join(this.path, id + ITEM), { force: true });
    await rm(join(this.path, id + DECISION), { force: true });
  }

  /** Leaves a decision. False when somebody was first: then theirs stands. */
  decide(decision: PersonsDecision, random: Random): Promise<boolean> {
    return this.#putFirst(decision.id + DECISION, bytesOf(decision), random);
  }

  /** The decision about an item, if there is one. */
  decisionOf(id: string): PersonsDecision | null {
    return this.#one(id + DECISION, decisionSchema);
  }

  /** Stops the agent. False when somebody has done so before. */
  stop(order: Order, random: Random): Promise<boolean> {
    return this.#putFirst(STOPPED, bytesOf(order), random);
  }

  /** Who has stopped it, and when; null while it goes on. */
  stoppedBy(): Order | null {
    return this.isStopped ? (this.#one(STOPPED, orderSchema) ?? UNKNOWN) : null;
  }

  /**
   * Lets the agent go on: first both orders are left for its ledger, under the name of the stop, then the stop is taken away. False when it is not
   * stopped, or another was first.
   */
  async resume(resumed: Order, random: Random): Promise<boolean> {
    const stopped = this.stoppedBy();
    if (stopped === null) return false;
    const isFirst = await this.#putFirst(`resumed-${stopped.atMs}.json`, bytesOf({ stopped, resumed }), random);
    // Whoever was first may not have lived to take it away.
    await rm(join(this.path, STOPPED), { force: true });
    await syncFolder(this.path);
    return isFirst;
  }

  /** Pairs of orders that the agent has not written down, by their files: those whose stop is over. */
  resumptions(): ReadonlyMap<string, Resumption> {
    const now = this.stoppedBy();
    const names = readdirSync(this.path).filter((name) => RESUMED.test(name));
    const pairs = names.map((name) => [name, this.#one(name, resumptionSchema)] as const);
    return new Map(pairs.flatMap(([name, pair]) => (pair === null || pair.stopped.atMs === now?.atMs ? [] : [[name, pair] as const])));
  }

  async forget(name: string): Promise<void> {
    await rm(join(this.path, name), { force: true });
  }

  #read<T extends { readonly id: string }>(ending: string, schema: z.ZodType<T>): readonly T[] {
    const names = readdirSync(this.path).filter((name) => name.endsWith(ending));
    return names.flatMap((name) => {
      const one = this.#one(name, schema);
      return one === null || name !== one.id + ending ? [] : one;
    });
  }

  #one<T>(name: string, schema: z.ZodType<T>): T | null {
    const parsed = schema.safeParse(this.#json(name));
    return parsed.success ? parsed.data : null;
  }

  #json(name: string): unknown {
    try {
      return JSON.parse(readFileSync(join(this.path, name), "utf8"));
    } catch {
      return null;
    }
  }

  /** Puts a whole file where there is none: of two who try, one is told that it did. */
  async #putFirst(name: string, bytes: Uint8Array, random: Random): Promise<boolean> {
    const draft = join(this.path, `${name}.${toHex(random(8))}.new`);
    try {
      const file = await open(draft, "wx", 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await link(draft, join(this.path, name));
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
      throw error;
    } finally {
      await rm(draft, { force: true });
    }
    await syncFolder(this.path);
    return true;
  }
}

function bytesOf(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}
