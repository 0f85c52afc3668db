import { hash, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { LABELS } from "@tutti/envelope";
import { StartProblem } from "../start-problem.ts";
import { syncFolder, writeDurably } from "./durable-file.ts";
import { keyedHash } from "./keyed-hash.ts";
import type { PatientNumbers } from "./patient-numbers.ts";

const KEY_BYTES = 32;
const DIGEST_BYTES = 16;

/**
 * The numbers of a centre's patients, the same from import to import. In the ledger's folder: `patient-key`, 32 random bytes made once, and
 * `patients`, 16 bytes of HMAC-SHA-256 under that key: first of nothing, which tells whether this is the key, then of each patient's identifier in the
 * order of their numbers. Patients are only ever added, and no identifier is written.
 */
export class PatientRegistry implements PatientNumbers {
  /** HMAC-SHA-256 under this centre's key, for what else has to be known again as its own. */
  readonly mac: (text: string | Uint8Array) => Buffer;
  readonly #path: string;
  #numbers: Map<string, number> | null = new Map();
  /** The file, as far as it is durable. */
  #kept: Buffer;
  #added: Buffer[] = [];
  readonly #prefixes = new Map<number, string>();

  private constructor(path: string, mac: (text: string | Uint8Array) => Buffer, kept: Buffer) {
    this.mac = mac;
    this.#path = path;
    this.#kept = kept;
    for (let at = DIGEST_BYTES; at < kept.length; at += DIGEST_BYTES)
      this.#numbers!.set(kept.toString("latin1", at, at + DIGEST_BYTES), at / DIGEST_BYTES - 1);
  }

  /**
   * Opens the registry in a folder, or makes a new one where there is none. What a crash left half-written at its end was never used, and is cut off.
   * @throws StartProblem when key and registry don't belong together, or can't be read or written
   */
  static async open(folder: string): Promise<PatientRegistry> {
    const paths = { key: join(folder, "patient-key"), patients: join(folder, "patients") };
    const known = read(paths.patients);
    if (known !== null && known.length >= DIGEST_BYTES && !existsSync(paths.key))
      throw new StartProblem(`${paths.key} is missing: ${RESTORE}`);
    const mac = keyedHash(await keyAt(paths.key, folder));
    const check = mac(LABELS.patientKey).subarray(0, DIGEST_BYTES);
    if (known === null || known.length < DIGEST_BYTES) {
      await writing(folder, () => writeDurably(paths.patients, check));
      return new PatientRegistry(paths.patients, mac, check);
    }
    if (!known.subarray(0, DIGEST_BYTES).equals(check))
      throw new StartProblem(`${paths.key} is not the key of ${paths.patients}: ${RESTORE}`);
    return new PatientRegistry(paths.patients, mac, known.subarray(0, known.length - (known.length % DIGEST_BYTES)));
  }

  /** How many patients are durably known. */
  get size(): number {
    return this.#kept.length / DIGEST_BYTES - 1;
  }

  /** RangeError after `commit`. */
  numberOf(identifier: string): number {
    if (this.#numbers === null) throw new RangeError("the registry of patients is not asked after it was written");
    const digest = this.mac(`${LABELS.patientKey}\0${identifier}`).subarray(0, DIGEST_BYTES);
    const name = digest.toString("latin1");
    const before = this.#numbers.get(name);
    if (before !== undefined) return before;
    this.#added.push(digest);
    this.#numbers.set(name, this.#numbers.size);
    return this.#numbers.size - 1;
  }

  /** Makes the numbers given so far durable: nothing may be kept under them before. StartProblem when they can't be written. */
  async commit(): Promise<void> {
    const added = Buffer.concat(this.#added);
    this.#added = [];
    this.#numbers = null;
    if (added.length === 0) return;
    await writing(this.#path, async () => {
      const file = await open(this.#path, "r+");
      try {
        await file.truncate(this.#kept.length);
        await file.write(added, 0, added.length, this.#kept.length);
        await file.datasync();
      } finally {
        await file.close();
      }
    });
    this.#kept = Buffer.concat([this.#kept, added]);
  }

  /** What stands for the key and the first patients, in hex; null when fewer are known. Numbers kept beside it mean the same patients while it is the same. */
  prefix(patients: number): string | null {
    if (patients > this.size) return null;
    const made = this.#prefixes.get(patients) ?? hash("sha256", this.#kept.subarray(0, (patients + 1) * DIGEST_BYTES), "hex");
    this.#prefixes.set(patients, made);
    return made;
  }
}

const RESTORE =
  "restore the newest copy of the whole folder of the ledger; without it no patient is known again, and nothing can be answered safely";

function read(path: string): Buffer | null {
  if (!existsSync(path)) return null;
  try {
    return readFileSync(path);
  } catch {
    throw new StartProblem(`${path} can't be read: let the agent's user read it`);
  }
}

async function keyAt(path: string, folder: string): Promise<Uint8Array> {
  const key = read(path);
  if (key !== null) {
    if (key.length !== KEY_BYTES) throw new StartProblem(`${path} is not a key of ${KEY_BYTES} bytes: ${RESTORE}`);
    return key;
  }
  const made = randomBytes(KEY_BYTES);
  await writing(folder, async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeDurably(path, made);
    await syncFolder(folder);
  });
  return made;
}

async function writing(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch {
    throw new StartProblem(
      `${path} can't be written: let the agent's user write the folder of the ledger, and check that the disk is not full`,
    );
  }
}
