import { hash as hashOf } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, opendir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Bitmap, Recent } from "@tutti/disclosure";
import { writeDurably } from "./durable-file.ts";
import { bytesOf, decodeKept, encodeKept, keptSets, type KeptSets, KeptSetsFault } from "./kept-sets.ts";
import type { PatientRegistry } from "./patient-registry.ts";
import { StartProblem } from "../start-problem.ts";

/** Sets that were read are held in memory up to this; a report that tells the same again has the same sets, and they are held once. */
const CACHE_BYTES = 16 * 1024 * 1024;
const FILE = /^([0-9a-f]{64})\.sets$/;

/**
 * What a centre keeps of its own patients in past sessions: `guard/<offer>.sets` in the ledger's folder, one file an offer that was accepted,
 * written before anything is dealt. No file holds an identifier; all are of this centre's registry.
 */
export class GuardStore {
  readonly #folder: string;
  readonly #registry: Pick<PatientRegistry, "size" | "prefix">;
  /** By the content hash of their file. */
  readonly #read = new Recent<string, KeptSets>(CACHE_BYTES);

  private constructor(folder: string, registry: Pick<PatientRegistry, "size" | "prefix">) {
    this.#folder = folder;
    this.#registry = registry;
  }

  /** Opens the store in the ledger's folder; made if absent. StartProblem when it can't be. */
  static async open(ledger: string, registry: Pick<PatientRegistry, "size" | "prefix">): Promise<GuardStore> {
    const folder = join(ledger, "guard");
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await (await opendir(folder)).close();
      return new GuardStore(folder, registry);
    } catch {
      throw new StartProblem(`${folder} can't be read and written: let the agent's user do so`);
    }
  }

  /** Whether there is a file for an offer (`sha256:…`). */
  has(offer: string): boolean {
    return existsSync(this.#pathOf(offer));
  }

  /** Keeps what the source answered to `setsOf`, durably, and gives the content hash of the file. Rejects when it can't be written. */
  async keep(offer: string, members: ReadonlyMap<string, Bitmap>): Promise<string> {
    const { size } = this.#registry;
    const kept = keptSets(members, size, this.#registry.prefix(size)!);
    const file = await encodeKept(kept);
    await writeDurably(this.#pathOf(offer), file);
    const hash = contentHashOf(file);
    if (this.#read.get(hash) === undefined) this.#read.set(hash, kept, bytesOf(kept));
    return hash;
  }

  /**
   * What was kept for an offer.
   * @param expected its content hash as the ledger has it; null when the ledger has none
   * @throws KeptSetsFault when it is missing, damaged, another one, or of patients that the registry does not know
   */
  async load(offer: string, expected: string | null): Promise<KeptSets> {
    const known = expected === null ? undefined : this.#read.get(expected);
    if (known !== undefined) return known;
    const path = this.#pathOf(offer);
    const file = await readFile(path).catch(() => null);
    if (file === null) throw new KeptSetsFault(`${path} is missing`);
    const found = contentHashOf(file);
    if (expected !== null && found !== expected) throw new KeptSetsFault(`${path} is not the file that the ledger knows`);
    const held = this.#read.get(found);
    const kept = held ?? (await decodeKept(file).catch(() => null));
    if (kept === null) throw new KeptSetsFault(`${path} is damaged`);
    if (this.#registry.prefix(kept.patients) !== kept.registry) throw new KeptSetsFault(`${path} is of another registry of patients`);
    if (held === undefined) this.#read.set(found, kept, bytesOf(kept));
    return kept;
  }

  /** Removes the files of offers that came to nothing: not among those `wanted`, and written before a time. */
  async sweep(wanted: ReadonlySet<string>, beforeMs: number): Promise<void> {
    for await (const { name } of await opendir(this.#folder)) {
      const [, hex] = FILE.exec(name) ?? [];
      if (hex === undefined || wanted.has(`sha256:${hex}`)) continue;
      const path = join(this.#folder, name);
      const written = await stat(path).catch(() => null);
      if (written !== null && written.mtimeMs < beforeMs) await rm(path, { force: true });
    }
  }

  #pathOf(offer: string): string {
    return join(this.#folder, `${hexOf(offer)}.sets`);
  }
}

function contentHashOf(file: Uint8Array): string {
  return `sha256:${hashOf("sha256", file, "hex")}`;
}

function hexOf(offer: string): string {
  return offer.replace(/^sha256:/, "");
}
