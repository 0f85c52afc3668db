import { hash } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Bitmap } from "@tutti/disclosure";
import { writeDurably } from "./durable-file.ts";
import { bytesOf, decodeKept, encodeKept, keptSets, type KeptSets, KeptSetsFault } from "./kept-sets.ts";
import type { PatientRegistry } from "./patient-registry.ts";
import { StartProblem } from "../start-problem.ts";

/** Sets that were read are held in memory up to this. */
const CACHE_BYTES = 64 * 1024 * 1024;
const FILE = /^([0-9a-f]{64})\.sets$/;

/**
 * What a centre keeps of its own patients in past sessions: `guard/<offer>.sets` in the ledger's folder, one file an offer that was accepted,
 * written before anything is dealt. No file holds an identifier; all are of this centre's registry.
 */
export class GuardStore {
  readonly #folder: string;
  readonly #registry: Pick<PatientRegistry, "size" | "prefix">;
  readonly #offers: Set<string>;
  /** The latest at the end. */
  readonly #read = new Map<string, KeptSets>();
  #cached = 0;

  private constructor(folder: string, registry: Pick<PatientRegistry, "size" | "prefix">, offers: Set<string>) {
    this.#folder = folder;
    this.#registry = registry;
    this.#offers = offers;
  }

  /** Opens the store in the ledger's folder; made if absent. StartProblem when it can't be. */
  static async open(ledger: string, registry: Pick<PatientRegistry, "size" | "prefix">): Promise<GuardStore> {
    const folder = join(ledger, "guard");
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const names = await readdir(folder);
      return new GuardStore(folder, registry, new Set(names.flatMap((name) => FILE.exec(name)?.[1] ?? [])));
    } catch {
      throw new StartProblem(`${folder} can't be read and written: let the agent's user do so`);
    }
  }

  /** Whether there is a file for an offer (`sha256:…`). */
  has(offer: string): boolean {
    return this.#offers.has(hexOf(offer));
  }

  /** Keeps what the source answered to `setsOf`, durably, and gives the content hash of the file. Rejects when it can't be written. */
  async keep(offer: string, members: ReadonlyMap<string, Bitmap>): Promise<string> {
    const { size } = this.#registry;
    const kept = keptSets(members, size, this.#registry.prefix(size)!);
    const file = await encodeKept(kept);
    await writeDurably(this.#pathOf(offer), file);
    this.#offers.add(hexOf(offer));
    this.#hold(offer, kept);
    return contentHashOf(file);
  }

  /**
   * What was kept for an offer.
   * @param expected its content hash as the ledger has it; null when the ledger has none
   * @throws KeptSetsFault when it is missing, damaged, another one, or of patients that the registry does not know
   */
  async load(offer: string, expected: string | null): Promise<KeptSets> {
    const held = this.#read.get(offer);
    if (held !== undefined) {
      this.#hold(offer, held);
      return held;
    }
    const path = this.#pathOf(offer);
    const file = await readFile(path).catch(() => null);
    if (file === null) throw new KeptSetsFault(`${path} is missing`);
    if (expected !== null && contentHashOf(file) !== expected) throw new KeptSetsFault(`${path} is not the file that the ledger knows`);
    const kept = await decodeKept(file).catch(() => null);
    if (kept === null) throw new KeptSetsFault(`${path} is damaged`);
    if (this.#registry.prefix(kept.patients) !== kept.registry) throw new KeptSetsFault(`${path} is of another registry of patients`);
    this.#hold(offer, kept);
    return kept;
  }

  /** Removes the files of offers that came to nothing: not among those `wanted`, and written before a time. */
  async sweep(wanted: ReadonlySet<string>, beforeMs: number): Promise<void> {
    for (const hex of this.#offers) {
      const offer = `sha256:${hex}`;
      if (wanted.has(offer)) continue;
      const path = this.#pathOf(offer);
      const written = await stat(path).catch(() => null);
      if (written === null || written.mtimeMs >= beforeMs) continue;
      this.#offers.delete(hex);
      this.#forget(offer);
      await rm(path, { force: true });
    }
  }

  #hold(offer: string, kept: KeptSets): void {
    this.#forget(offer);
    this.#read.set(offer, kept);
    this.#cached += bytesOf(kept);
    for (const [oldest] of this.#read) {
      if (this.#cached <= CACHE_BYTES || oldest === offer) break;
      this.#forget(oldest);
    }
  }

  #forget(offer: string): void {
    const held = this.#read.get(offer);
    if (held === undefined) return;
    this.#read.delete(offer);
    this.#cached -= bytesOf(held);
  }

  #pathOf(offer: string): string {
    return join(this.#folder, `${hexOf(offer)}.sets`);
  }
}

function contentHashOf(file: Uint8Array): string {
  return `sha256:${hash("sha256", file, "hex")}`;
}

function hexOf(offer: string): string {
  return offer.replace(/^sha256:/, "");
}
