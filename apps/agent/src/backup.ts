import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Secret, unsealedFile } from "@tutti/envelope";
import { backupPieces, passphraseIn, sealProblem, SecretFileFault, writeWholeFile } from "@tutti/platform";
import { z } from "zod";
import type { AgentConfig } from "./config.ts";
import { syncFolder } from "./guard/durable-file.ts";
import { StartProblem } from "./start-problem.ts";

/** What a backup holds, as its first line says. */
export interface BackupHead {
  readonly kind: "tutti agent backup";
  readonly version: 1;
  readonly centre: string;
  /** When it was taken. */
  readonly at: string;
  /** In the order in which their bytes follow. */
  readonly files: readonly BackupFile[];
}

/** One file of the ledger's folder. */
export interface BackupFile {
  /** In the folder, with `/` between names. */
  readonly path: string;
  readonly bytes: number;
  /** Of its bytes, in hex. */
  readonly sha256: string;
}

const PATH = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/;
const headSchema: z.ZodType<BackupHead> = z.strictObject({
  kind: z.literal("tutti agent backup"),
  version: z.literal(1),
  centre: z.string(),
  at: z.string(),
  files: z.array(z.strictObject({ path: z.string().regex(PATH), bytes: z.int().min(0), sha256: z.string() })),
});
/** What is not state: locks of the operating system, and drafts of files that were never finished. */
const PASSED_OVER = /(?:^|\/)lock(?:-wal|-shm|-journal)?$|\.new$/;
const ATTEMPTS = 100;
const PAUSE_MS = 50;

/**
 * Writes the whole folder of the ledger into one file that its owner alone can read: ledger, history, kept sets, the registry of patients with its key, and
 * what waits for people. The agent may run: the copy is taken again until nothing was written meanwhile, so it is a state that the folder was in. Without a
 * passphrase it is as secret as the folder itself.
 * @param passphraseFile a file with the passphrase that it is put under
 * @throws StartProblem when there is no ledger, the file is there already, the folder does not come to rest, or the passphrase can't be read
 */
export async function backUp(
  { centre, ledger }: Pick<AgentConfig, "centre" | "ledger">,
  to: string,
  nowMs: number,
  passphraseFile?: string,
): Promise<BackupHead> {
  const passphrase = passphraseOf(passphraseFile);
  if (!existsSync(join(ledger, "ledger.jsonl"))) throw new StartProblem(`${ledger} has no ledger: there is nothing to back up`);
  if (existsSync(to)) throw new StartProblem(`${to} is there already: give the path of a new file`);
  const files = await atRest(ledger);
  const head: BackupHead = {
    kind: "tutti agent backup",
    version: 1,
    centre,
    at: new Date(nowMs).toISOString(),
    files: [...files].map(([path, bytes]) => ({ path, bytes: bytes.length, sha256: hashOf(bytes) })),
  };
  try {
    const content = [Buffer.from(`${JSON.stringify(head)}\n`), ...files.values()];
    writeWholeFile(to, backupPieces(content, passphrase));
  } catch {
    throw new StartProblem(`${to} can't be written: give a path in a folder that this user may write, and check that the disk is not full`);
  }
  return head;
}

/**
 * Puts a backup where the configuration has the ledger's folder, which must not be there: it is all of it there, or not at all.
 * @param passphraseFile a file with the passphrase that the backup is under
 * @throws StartProblem when the folder is there, or the file is damaged, no backup, another centre's, or not opened by the passphrase
 */
export async function restore(
  { centre, ledger }: Pick<AgentConfig, "centre" | "ledger">,
  from: string,
  passphraseFile?: string,
): Promise<BackupHead> {
  if (existsSync(ledger)) throw new StartProblem(`${ledger} is there already: stop the agent, and move this folder away first`);
  const { head, contents } = read(from, passphraseOf(passphraseFile));
  if (head.centre !== centre)
    throw new StartProblem(`${from} is a backup of ${head.centre}, and this is ${centre}: take this centre's own`);
  const draft = `${ledger}.restoring`;
  try {
    await rm(draft, { recursive: true, force: true });
    for (const [path, bytes] of contents) {
      const target = join(draft, path);
      await mkdir(dirname(target), { recursive: true, mode: 0o700 });
      const file = await open(target, "wx", 0o600);
      await file.writeFile(bytes);
      await file.sync();
      await file.close();
      await syncFolder(dirname(target));
    }
    await rename(draft, ledger);
    await syncFolder(dirname(ledger));
  } catch {
    throw new StartProblem(`${ledger} can't be written: let this user write the folder above it, and check that the disk is not full`);
  }
  return head;
}

/** What a backup or a restore has done, for people. */
export function backupText({ centre, at, files }: BackupHead): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return `${centre}, as it was at ${at}: ${files.length} files, ${bytes} bytes\n`;
}

/** All files of a folder, once nothing is written in it while they are read. */
async function atRest(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const before = await statesOf(folder);
    const files = new Map<string, Buffer>();
    for (const path of before.keys()) {
      const bytes = await readFile(join(folder, path)).catch(() => null);
      if (bytes !== null) files.set(path, bytes);
    }
    const after = await statesOf(folder);
    if (after.size === before.size && [...before].every(([path, state]) => after.get(path) === state)) return files;
    await sleep(PAUSE_MS);
  }
  throw new StartProblem(`${folder} is written to without a pause: try again when fewer queries run`);
}

/** For each file what changes when it is written. */
async function statesOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const states = new Map<string, string>();
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of names) {
    const path = join(entry.parentPath, entry.name)
      .slice(folder.length + 1)
      .replaceAll("\\", "/");
    if (!entry.isFile() || PASSED_OVER.test(path)) continue;
    const found = await stat(join(folder, path)).catch(() => null);
    if (found !== null) states.set(path, `${found.size} ${found.mtimeMs} ${found.ino}`);
  }
  return states;
}

function read(from: string, passphrase: Secret | null): { readonly head: BackupHead; readonly contents: ReadonlyMap<string, Buffer> } {
  const bytes = bytesOf(from, passphrase);
  const end = bytes.indexOf("\n");
  const head = headSchema.safeParse(parsed(bytes.toString("utf8", 0, Math.max(0, end))));
  if (!head.success) throw new StartProblem(`${from} is not a backup of an agent: give the file that tutti agent backup wrote`);
  const contents = new Map<string, Buffer>();
  let at = end + 1;
  for (const file of head.data.files) {
    const content = bytes.subarray(at, (at += file.bytes));
    if (hashOf(content) !== file.sha256) throw new StartProblem(`${from} is damaged: take another copy of it`);
    contents.set(file.path, content);
  }
  if (at !== bytes.length) throw new StartProblem(`${from} is damaged: take another copy of it`);
  return { head: head.data, contents };
}

function bytesOf(from: string, passphrase: Secret | null): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(from);
  } catch {
    throw new StartProblem(`${from} can't be read: check the path and its permissions`);
  }
  const problem = sealProblem(from, bytes.subarray(0, 1_024), passphrase);
  if (problem !== null) throw new StartProblem(problem);
  if (passphrase === null) return bytes;
  try {
    return Buffer.concat([...unsealedFile([bytes], passphrase)]);
  } catch (fault) {
    throw fault instanceof RangeError ? new StartProblem(`${from}: ${fault.message}`) : fault;
  }
}

function passphraseOf(path: string | undefined): Secret | null {
  try {
    return path === undefined ? null : passphraseIn(path);
  } catch (fault) {
    throw fault instanceof SecretFileFault ? new StartProblem(fault.message) : fault;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
