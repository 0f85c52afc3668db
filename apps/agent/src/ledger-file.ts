import { mkdirSync, openSync, closeSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { syncFolder } from "@tutti/platform";
import {
  append,
  type Deed,
  decodeLine,
  encodeLine,
  type Entry,
  GENESIS,
  type Head,
  headOf,
  LedgerFault,
  type PinnedVersion,
  verifyChain,
} from "@tutti/ledger";
import { AnsweredLately } from "./consent/answered-lately.ts";
import { Decisions } from "./consent/decisions.ts";
import { DigestTable } from "./digest-table.ts";
import { EntryPlaces } from "./entry-places.ts";
import { fileLines } from "./file-lines.ts";
import { type LedgerLock, takeLock } from "./ledger-lock.ts";
import { StartProblem } from "./start-problem.ts";

/** Content hashes of kept sets, by the hash of the offer. */
export interface KeptHashes {
  get(offer: string): string | undefined;
  keys(): Iterable<string>;
}

/** What the agent needs of its ledger. */
export interface Ledger {
  /** Whether the last entry could be written. */
  readonly writable: boolean;
  /** The head of the chain. */
  readonly head: Head;
  /** Whether the chain runs through a head; false for one that was told, when the ledger was restored from an older copy. */
  runsThrough(head: Head): boolean;
  /** Whether an offer of this hash was answered before. */
  answered(offerHash: string): boolean;
  /** For each offer that was answered with sets kept for the guard: their content hash. */
  readonly kept: KeptHashes;
  /** What was answered in the last week, for the limits of standing rules. */
  readonly lately: AnsweredLately;
  /** What people were asked, and what they decided. */
  readonly decisions: Decisions;
  /** The version of the roster that was last written down as the one that counts, and its content hash; null before the first. */
  readonly pinned: PinnedVersion | null;
  /** Writes an entry; resolves once it is durable. Rejects when it can't be written. */
  append(deed: Deed): Promise<void>;
}

/** An entry with the most participants is far shorter. */
const MAX_LINE_BYTES = 1 << 20;

/** `ledger.jsonl` in the ledger's folder: written by this process alone, checked from its first entry when it is opened. */
export class LedgerFile implements Ledger {
  readonly #file: FileHandle;
  readonly #lock: LedgerLock;
  readonly #nowMs: () => number;
  readonly #remembered: Remembered;
  readonly #places: EntryPlaces;
  #head: Head;
  /** Bytes of the file that are entries. */
  #bytes: number;
  #writable = true;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(file: FileHandle, lock: LedgerLock, nowMs: () => number, checked: Checked) {
    this.#file = file;
    this.#lock = lock;
    this.#nowMs = nowMs;
    this.#head = checked.head;
    this.#bytes = checked.bytes;
    this.#remembered = checked;
    this.#places = checked.places;
  }

  /**
   * Opens the ledger in a folder, which is made if absent, and cuts off a last line that a crash left half-written. StartProblem when it can't be
   * written, another agent has it, or its chain is broken.
   */
  static async open(folder: string, nowMs: () => number): Promise<LedgerFile> {
    const path = join(folder, "ledger.jsonl");
    const lock = lockOf(folder);
    try {
      const file = await writing(folder, () => open(path, "a+", 0o600));
      try {
        const checked = check(path);
        await writing(folder, async () => {
          await file.truncate(checked.bytes);
          await file.datasync();
          syncFolder(folder);
        });
        return new LedgerFile(file, lock, nowMs, checked);
      } catch (error) {
        await file.close();
        throw error;
      }
    } catch (error) {
      lock.release();
      throw error instanceof LedgerFault ? new StartProblem(`${path}: ${error.message}`) : error;
    }
  }

  get writable(): boolean {
    return this.#writable;
  }

  get head(): Head {
    return this.#head;
  }

  get kept(): KeptHashes {
    return this.#remembered.offers;
  }

  get lately(): AnsweredLately {
    return this.#remembered.lately;
  }

  get decisions(): Decisions {
    return this.#remembered.decisions;
  }

  get pinned(): PinnedVersion | null {
    return this.#remembered.pinned.now;
  }

  runsThrough({ index, hash }: Head): boolean {
    if (index === this.#head.index) return hash === this.#head.hash;
    return index === GENESIS.index ? hash === GENESIS.hash : this.#places.previousOf(index + 1, this.#file.fd, this.#bytes) === hash;
  }

  answered(offerHash: string): boolean {
    return this.#remembered.offers.has(offerHash);
  }

  append(deed: Deed): Promise<void> {
    const turn = this.#turn.then(() => this.#write(deed));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Waits for what is being written, and lets another agent have the ledger. */
  async close(): Promise<void> {
    await this.#turn;
    await this.#file.close();
    this.#lock.release();
  }

  async #write(deed: Deed): Promise<void> {
    const entry = append(this.#head, deed, new Date(this.#nowMs()).toISOString());
    const line = Buffer.from(encodeLine(entry));
    try {
      // What an earlier failure may have left of a line.
      if (!this.#writable) await this.#file.truncate(this.#bytes);
      await this.#file.appendFile(line);
      await this.#file.datasync();
    } catch (error) {
      this.#writable = false;
      throw error;
    }
    this.#writable = true;
    this.#head = headOf(entry);
    this.#places.add(this.#bytes);
    this.#bytes += line.length;
    remember(entry, this.#remembered);
  }
}

interface Remembered {
  /** The offers that were answered, or came to nothing; with the hash of what was kept, where something was. */
  readonly offers: DigestTable;
  readonly lately: AnsweredLately;
  readonly decisions: Decisions;
  readonly pinned: { now: PinnedVersion | null };
}

interface Checked extends Remembered {
  readonly head: Head;
  readonly places: EntryPlaces;
  readonly bytes: number;
}

function remember(entry: Entry, { offers, lately, decisions, pinned }: Remembered): void {
  lately.remember(entry);
  decisions.remember(entry);
  if (entry.kind === "pinned") pinned.now = entry.body;
  if (isAnswer(entry)) offers.set(entry.body.offer, entry.kind === "answered" ? (entry.body.sets ?? null) : null);
}

/** Whether an entry says that an offer was answered, or came to nothing: one that people are asked about is not answered yet. */
function isAnswer(entry: Entry): entry is Extract<Entry, { readonly kind: "answered" | "refused" | "released" | "abandoned" }> {
  return entry.kind === "answered" || entry.kind === "refused" || entry.kind === "released" || entry.kind === "abandoned";
}

function check(path: string): Checked {
  const file = openSync(path, "r");
  const remembered: Remembered = {
    offers: new DigestTable(),
    lately: new AnsweredLately(),
    decisions: new Decisions(),
    pinned: { now: null },
  };
  const places = new EntryPlaces();
  let bytes = 0;
  try {
    const entries = function* (): Generator<Entry> {
      let index = 0;
      for (const { bytes: line } of fileLines(file, MAX_LINE_BYTES)) {
        if (line.length > MAX_LINE_BYTES) throw new LedgerFault("line", index);
        const entry = decodeLine(line, index++);
        remember(entry, remembered);
        places.add(bytes);
        bytes += line.length + 1;
        yield entry;
      }
    };
    return { head: verifyChain(entries()), bytes, places, ...remembered };
  } finally {
    closeSync(file);
  }
}

function lockOf(folder: string): LedgerLock {
  let lock: LedgerLock | null;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    lock = takeLock(join(folder, "lock"));
  } catch {
    throw unwritable(folder);
  }
  if (lock === null)
    throw new StartProblem(`${folder}: another agent is writing this ledger: stop it, or give each agent a folder of its own`);
  return lock;
}

async function writing<T>(folder: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch {
    throw unwritable(folder);
  }
}

function unwritable(folder: string): StartProblem {
  return new StartProblem(
    `${folder}: the ledger can't be written here: let the agent's user write the folder, and check that the disk is not full`,
  );
}
