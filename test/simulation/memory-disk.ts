import { AnsweredLately, Decisions, type KeptSets, KeptSetsFault, keptSets, type Ledger, type PastParts } from "@tutti/agent";
import type { Bitmap } from "@tutti/disclosure";
import { contentHash } from "@tutti/envelope";
import {
  append,
  decodeLine,
  encodeLine,
  type Deed,
  type Entry,
  GENESIS,
  type Head,
  headOf,
  type PinnedVersion,
  verifyChain,
} from "@tutti/ledger";
import { History, type HistoryItem, type Offer, type PastSession } from "@tutti/protocol";
import type { WriteKind } from "./operation.ts";

/** Called before each write; rejects when it can't be done, and never settles for an agent that is dead. Gives what is called once it is done. */
export type Writing = (kind: WriteKind) => Promise<() => Promise<void>>;

/** What a centre has written: it outlives its agent. */
export class MemoryDisk {
  /** The ledger, line by line. */
  readonly ledger: string[] = [];
  readonly history: { readonly past: PastSession; readonly offer: Offer; readonly item: HistoryItem }[] = [];
  readonly kept: Map<string, { readonly sets: KeptSets; readonly hash: string }> = new Map();

  /** The ledger's entries, whose chain is checked. */
  entries(): readonly Entry[] {
    const entries = this.ledger.map((line, index) => decodeLine(Buffer.from(line.slice(0, -1)), index));
    verifyChain(entries);
    return entries;
  }
}

/** Kinds of entries after which an offer counts as answered. */
const ANSWERS: ReadonlySet<string> = new Set(["answered", "refused", "released", "abandoned"]);

/** A ledger on such a disk. */
export class DiskLedger implements Ledger {
  writable = true;
  head: Head = GENESIS;
  readonly kept: Map<string, string> = new Map();
  readonly lately: AnsweredLately = new AnsweredLately();
  readonly decisions: Decisions = new Decisions();
  pinned: PinnedVersion | null = null;
  readonly #disk: MemoryDisk;
  readonly #writing: Writing;
  readonly #offers = new Set<string>();
  readonly #heads = new Map<number, string>([[GENESIS.index, GENESIS.hash]]);
  #turn: Promise<unknown> = Promise.resolve();

  constructor(disk: MemoryDisk, writing: Writing) {
    this.#disk = disk;
    this.#writing = writing;
    for (const entry of disk.entries()) this.#remember(entry);
  }

  runsThrough({ index, hash }: Head): boolean {
    return this.#heads.get(index) === hash;
  }

  answered(offerHash: string): boolean {
    return this.#offers.has(offerHash);
  }

  append(deed: Deed): Promise<void> {
    const turn = this.#turn.then(() => this.#write(deed));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #write(deed: Deed): Promise<void> {
    const entry = append(this.head, deed, new Date(0).toISOString());
    this.writable = false;
    const settle = await this.#writing("ledger");
    this.#disk.ledger.push(encodeLine(entry));
    await settle();
    this.writable = true;
    this.#remember(entry);
  }

  #remember(entry: Entry): void {
    this.head = headOf(entry);
    this.#heads.set(this.head.index, this.head.hash);
    this.lately.remember(entry);
    this.decisions.remember(entry);
    if (entry.kind === "pinned") this.pinned = entry.body;
    if (ANSWERS.has(entry.kind) && "offer" in entry.body) this.#offers.add(entry.body.offer);
    if (entry.kind === "answered" && entry.body.sets !== undefined) this.kept.set(entry.body.offer, entry.body.sets);
  }
}

/** The history on such a disk, as an agent that starts reads it. */
export function diskHistory(disk: MemoryDisk, writing: Writing): PastParts["file"] {
  const history = new History();
  const offers = new Map<string, string>();
  const items = new Map<string, HistoryItem>();
  const add = ({ past, offer, item }: (typeof disk.history)[number]): PastSession | null => {
    offers.set(past.session, contentHash(offer));
    if (!history.add(past)) return null;
    items.set(past.session, item);
    return past;
  };
  for (const entry of disk.history) add(entry);
  return {
    history,
    offerOf: ({ session }) => offers.get(session)!,
    itemOf: ({ session }) => items.get(session)!,
    offers: () => new Set(offers.values()),
    write: async (past, offer, item) => {
      const entry = { past, offer, item };
      const settle = await writing("history");
      disk.history.push(entry);
      await settle();
      return () => add(entry);
    },
  };
}

/** The kept sets on such a disk. */
export function diskKept(disk: MemoryDisk, patients: number, writing: Writing): PastParts["store"] {
  return {
    has: (offer) => disk.kept.has(offer),
    keep: async (offer, members: ReadonlyMap<string, Bitmap>) => {
      const hash = contentHash([offer, [...members].map(([name, bitmap]) => [name, [...bitmap]])]);
      const settle = await writing("kept");
      disk.kept.set(offer, { sets: keptSets(members, patients, "registry"), hash });
      await settle();
      return hash;
    },
    load: async (offer, expected) => {
      const kept = disk.kept.get(offer);
      if (kept === undefined || (expected !== null && kept.hash !== expected)) throw new KeptSetsFault("the kept sets are not there");
      return kept.sets;
    },
    sweep: async () => {},
  };
}
