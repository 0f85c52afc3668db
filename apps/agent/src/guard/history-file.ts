import { closeSync, openSync, readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { type Dataset, datasetName } from "@tutti/dataset";
import type { ReleasedSet } from "@tutti/disclosure";
import { contentHash, LABELS } from "@tutti/envelope";
import { dictionaryHash, History, type HistoryItem, type Offer, type PastSession, planOnce } from "@tutti/protocol";
import type { Plan } from "@tutti/query";
import { fileLines } from "../file-lines.ts";
import { StartProblem } from "../start-problem.ts";
import { syncFolder } from "./durable-file.ts";

/** A formation of a thousand centres is some megabytes. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;
const MAC_CHARACTERS = 43;

/** What a line says of a session beside its item: what the guard asks for, so that items need not be opened again when the agent starts. */
interface Summary extends Omit<PastSession, "plan" | "sets" | "heads"> {
  readonly offer: string;
  /** `sha256:…` of the dictionary. */
  readonly dictionary: string;
  /** The list of sets as JSON: equal lists are held once. */
  readonly sets: string;
  readonly heads: Readonly<Record<string, { readonly index: number; readonly hash: string }>>;
}

/** Adds a session that was written to the history, and gives it; null when it tells nothing new. */
export type Added = () => PastSession | null;

/**
 * `history.jsonl` in the ledger's folder: what this centre knows of past sessions, a line each: a MAC, a summary and the item, parted by tabs. An item
 * is opened once, when it is learnt; the MAC, under this centre's key and over the line and the MAC before, says later that it was.
 */
export class HistoryFile {
  readonly history: History = new History();
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #mac: (text: Uint8Array) => Buffer;
  readonly #datasets: ReadonlyMap<string, Dataset>;
  readonly #offers = new Map<string, string>();
  readonly #known = new Set<string>();
  readonly #sets = new Map<string, readonly ReleasedSet[]>();
  #last = "";
  #bytes = 0;
  /** Whether a failed write may have left part of a line. */
  #torn = false;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(path: string, file: FileHandle, datasets: readonly Dataset[], mac: (text: Uint8Array) => Buffer) {
    this.#path = path;
    this.#file = file;
    this.#mac = mac;
    this.#datasets = new Map(datasets.map((dataset) => [datasetName(dataset), dataset]));
  }

  /**
   * Opens the history in a folder, empty if there is none. A last line that a crash left half-written is cut off.
   * @throws StartProblem when it was altered, is about another dictionary of the same name and version, or can't be read and written
   */
  static async open(folder: string, datasets: readonly Dataset[], mac: (text: Uint8Array) => Buffer): Promise<HistoryFile> {
    const path = join(folder, "history.jsonl");
    const file = await open(path, "a+", 0o600).catch(() => {
      throw new StartProblem(`${path} can't be written: let the agent's user write it, and check that the disk is not full`);
    });
    try {
      const made = new HistoryFile(path, file, datasets, mac);
      made.#read();
      await file.truncate(made.#bytes);
      await file.datasync();
      await syncFolder(folder);
      return made;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** The hash of the offer that a session was of. */
  offerOf(session: string): string | undefined {
    return this.#offers.get(session);
  }

  /** Hashes of the offers of all sessions that are known. */
  get offers(): ReadonlySet<string> {
    return this.#known;
  }

  /** Writes a session; once this resolves it is durable, and part of the history from the call of what it gives, or from the next start. */
  write(past: PastSession, offer: Offer, item: HistoryItem): Promise<Added> {
    const turn = this.#turn.then(() => this.#append(past, offer, item));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#file.close();
  }

  async #append(past: PastSession, offer: Offer, item: HistoryItem): Promise<Added> {
    const { plan, sets, heads, ...rest } = past;
    const summary: Summary = {
      ...rest,
      offer: contentHash(offer),
      dictionary: offer.dataset,
      sets: JSON.stringify(sets),
      heads: Object.fromEntries(heads),
    };
    const said = `${JSON.stringify(summary)}\t${JSON.stringify(item)}`;
    const mac = this.#macOf(Buffer.from(said));
    const line = Buffer.from(`${mac}\t${said}\n`);
    const at = this.#bytes;
    if (this.#torn) await this.#file.truncate(at);
    this.#torn = true;
    await this.#file.appendFile(line);
    await this.#file.datasync();
    this.#torn = false;
    this.#last = mac;
    this.#bytes += line.length;
    return () => this.#add(summary, at, line.length, plan);
  }

  #read(): void {
    const file = openSync(this.#path, "r");
    let number = 0;
    try {
      for (const { bytes, at } of fileLines(file, MAX_LINE_BYTES)) {
        number++;
        const line = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        const mac = line.toString("latin1", 0, MAC_CHARACTERS);
        if (mac !== this.#macOf(line.subarray(MAC_CHARACTERS + 1))) throw this.#altered(number);
        this.#last = mac;
        this.#bytes = at + line.length + 1;
        const text = line.toString("utf8", MAC_CHARACTERS + 1, line.indexOf("\t", MAC_CHARACTERS + 1));
        this.#add(JSON.parse(text) as Summary, at, line.length + 1, null);
      }
    } finally {
      closeSync(file);
    }
  }

  /** Adds a session of a dictionary that is served here; its plan is worked out from the item when it is asked for and not held any more. */
  #add(summary: Summary, at: number, length: number, known: Plan | null): PastSession | null {
    const { offer, dictionary, sets, heads, ...rest } = summary;
    const dataset = this.#datasets.get(rest.dataset);
    this.#known.add(offer);
    if (dataset === undefined) return null;
    if (dictionaryHash(dataset) !== dictionary)
      throw new StartProblem(
        `${rest.dataset} is not the dictionary that earlier sessions were about: give a changed dictionary a new version`,
      );
    this.#offers.set(rest.session, offer);
    const read = (): HistoryItem => this.#itemAt(at, length);
    let held = known === null ? null : new WeakRef(known);
    const planned = (): Plan => {
      const plan = held?.deref() ?? planOf(read(), dataset);
      held = new WeakRef(plan);
      return plan;
    };
    const past: PastSession = {
      ...rest,
      sets: this.#setsOf(sets),
      heads: new Map(Object.entries(heads)),
      get plan() {
        return planned();
      },
    };
    return this.history.add(past, new StoredItem(read)) ? past : null;
  }

  #setsOf(text: string): readonly ReleasedSet[] {
    const sets = this.#sets.get(text) ?? (JSON.parse(text) as readonly ReleasedSet[]);
    this.#sets.set(text, sets);
    return sets;
  }

  #itemAt(at: number, length: number): HistoryItem {
    const line = Buffer.alloc(length);
    if (readSync(this.#file.fd, line, 0, length, at) !== length) throw new Error("the history was cut off while the agent runs");
    return JSON.parse(line.toString("utf8", line.indexOf("\t", MAC_CHARACTERS + 1) + 1)) as HistoryItem;
  }

  #macOf(said: Uint8Array): string {
    return this.#mac(Buffer.concat([Buffer.from(`${LABELS.historyLine}\0${this.#last}\0`), said])).toString("base64url");
  }

  #altered(line: number): StartProblem {
    return new StartProblem(
      `${this.#path} was altered or damaged at line ${line}: restore the newest copy of the whole folder of the ledger; nothing can be answered without it`,
    );
  }
}

/** The plan of a past query. Throws an Error when the file tells another query than was written. */
function planOf(item: HistoryItem, dataset: Dataset): Plan {
  const { query } = JSON.parse(Buffer.from(item.offer.payload, "base64").toString("utf8")) as Offer;
  const plan = planOnce(query, dataset);
  if (plan === null) throw new Error("the history was altered while the agent runs");
  return plan;
}

/** An item that stays in the file until somebody looks at it. */
class StoredItem implements HistoryItem {
  readonly #read: () => HistoryItem;

  constructor(read: () => HistoryItem) {
    this.#read = read;
  }

  get offer(): HistoryItem["offer"] {
    return this.#read().offer;
  }

  get formation(): HistoryItem["formation"] {
    return this.#read().formation;
  }

  get release(): HistoryItem["release"] {
    return this.#read().release;
  }

  get record(): HistoryItem["record"] {
    return this.#read().record;
  }

  toJSON(): HistoryItem {
    return this.#read();
  }
}
