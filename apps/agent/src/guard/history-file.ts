import { closeSync, openSync, readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { type Dataset, datasetName } from "@tutti/dataset";
import type { EarlierRelease } from "@tutti/disclosure";
import { contentHash, LABELS } from "@tutti/envelope";
import { dictionaryHash, History, type HistoryItem, type Offer, type PastSession, planOnce } from "@tutti/protocol";
import type { Plan } from "@tutti/query";
import { fileLines } from "../file-lines.ts";
import { StartProblem } from "../start-problem.ts";
import { syncFolder } from "./durable-file.ts";
import { Courses, type Place, StoredSession, type Summary } from "./stored-session.ts";

/** A formation of a thousand centres is some megabytes. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;
const MAC_CHARACTERS = 43;

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
  readonly #courses: Courses;
  /** Offers of sessions on dictionaries that are not served here. */
  readonly #others = new Set<string>();
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
    this.#courses = new Courses({
      summaryAt: (place) => this.#summaryAt(place),
      itemAt: (place) => this.#itemAt(place),
      planOf: (item) => this.#planOf(item),
    });
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

  /** The hash of the offer that a session of this history was of. */
  offerOf(past: EarlierRelease): string {
    return stored(past).offer;
  }

  /** The evidence of a session of this history. */
  itemOf(past: EarlierRelease): HistoryItem {
    return stored(past).item();
  }

  /** Hashes of the offers of all sessions that are known. */
  offers(): ReadonlySet<string> {
    return new Set([...this.#others, ...this.history.all().map((past) => stored(past).offer)]);
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
    const { plan, sets, heads, recorded: _, ...rest } = past;
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
    return () => this.#add(summary, { at, length: line.length }, plan);
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
        this.#add(summaryIn(line)!, { at, length: line.length + 1 }, null);
      }
    } finally {
      closeSync(file);
    }
  }

  /** Adds a session of a dictionary that is served here. */
  #add(summary: Summary, place: Place, plan: Plan | null): PastSession | null {
    const dataset = this.#datasets.get(summary.dataset);
    if (dataset === undefined) {
      this.#others.add(summary.offer);
      return null;
    }
    if (dictionaryHash(dataset) !== summary.dictionary)
      throw new StartProblem(
        `${summary.dataset} is not the dictionary that earlier sessions were about: give a changed dictionary a new version`,
      );
    const past = new StoredSession(this.#courses, place, datasetName(dataset), summary);
    if (plan !== null) past.knows(plan);
    return this.history.add(past) ? past : null;
  }

  #summaryAt({ at, length }: Place): Summary {
    return summaryIn(this.#lineAt({ at, length: Math.min(length, SUMMARY_BYTES) })) ?? summaryIn(this.#lineAt({ at, length }))!;
  }

  #itemAt(place: Place): HistoryItem {
    const line = this.#lineAt(place);
    return JSON.parse(line.toString("utf8", line.indexOf("\t", MAC_CHARACTERS + 1) + 1)) as HistoryItem;
  }

  #lineAt({ at, length }: Place): Buffer {
    const line = Buffer.allocUnsafe(length);
    if (readSync(this.#file.fd, line, 0, length, at) !== length) throw new Error("the history was cut off while the agent runs");
    return line;
  }

  /** The plan of a past query. Throws an Error when the file tells another query than was written. */
  #planOf(item: HistoryItem): Plan {
    const { query } = JSON.parse(Buffer.from(item.offer.payload, "base64").toString("utf8")) as Offer;
    const dataset = this.#datasets.get(query.dataset);
    const plan = dataset === undefined ? null : planOnce(query, dataset);
    if (plan === null) throw new Error("the history was altered while the agent runs");
    return plan;
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

/** A summary is mostly shorter than this: what is read first of a line. */
const SUMMARY_BYTES = 8_192;

/** The summary in a line, or in its beginning; null where it is not whole. */
function summaryIn(line: Buffer): Summary | null {
  const end = line.indexOf("\t", MAC_CHARACTERS + 1);
  return end < 0 ? null : (JSON.parse(line.toString("utf8", MAC_CHARACTERS + 1, end)) as Summary);
}

/** A session of a history as its file has it. */
function stored(past: EarlierRelease): StoredSession {
  if (!(past instanceof StoredSession)) throw new RangeError("the session is of another history");
  return past;
}
