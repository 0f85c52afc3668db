import { closeSync, existsSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { type Secret, unsealedFile } from "@tutti/envelope";
import { backupPieces, passphraseIn, piecesOfFile, sealProblem, SecretFileFault, writeWholeFile } from "@tutti/platform";
import { type Content, contentOf } from "./archive.ts";
import { type Config, ConfigFault } from "./config.ts";
import { DatabaseFault } from "./database.ts";
import { archivePostgres, fillPostgres } from "./postgres-archive.ts";
import { databaseUrl } from "./startup.ts";

const HEAD_BYTES = 1_024;

/**
 * Copies the store, an SQLite file or a PostgreSQL database, into one file that its owner alone can read: an SQLite database of one moment, whatever runs
 * beside it. A backup of one kind of store can be restored into the other.
 * @param passphraseFile a file with the passphrase that the backup is put under
 * @throws ConfigFault when there is nothing to copy, the file is there already or can't be written, or the passphrase can't be read
 */
export async function backUp(config: Config, to: string, passphraseFile?: string): Promise<Content> {
  const passphrase = passphraseOf(passphraseFile);
  const store = storeOf(config);
  if ("path" in store && !existsSync(store.path)) throw new ConfigFault(`${store.path} is not there: there is nothing to back up`);
  if (existsSync(to)) throw new ConfigFault(`${to} is there already: give the path of a new file`);
  return inWorkFolder(store, async (archive) => {
    if ("url" in store) await archivePostgres(store.url, archive);
    else await copySqlite(store.path, archive);
    const held = contentOf(archive);
    write(to, backupPieces(piecesOfFile(archive), passphrase));
    return held;
  });
}

/**
 * Puts a backup where the configuration has its store, which must not be there; a PostgreSQL database must be empty.
 * @param passphraseFile a file with the passphrase that the backup is under
 * @throws ConfigFault when the store is there, or the file is damaged, none of this program's, or not opened by the passphrase
 */
export async function restore(config: Config, from: string, passphraseFile?: string): Promise<Content> {
  const passphrase = passphraseOf(passphraseFile);
  const store = storeOf(config);
  if ("path" in store)
    for (const one of [store.path, `${store.path}-wal`, `${store.path}-shm`])
      if (existsSync(one)) throw new ConfigFault(`${one} is there already: stop the coordinator, and move it away first`);
  const problem = sealProblem(from, startOf(from), passphrase);
  if (problem !== null) throw new ConfigFault(problem);
  return inWorkFolder(store, async (archive) => {
    const content = piecesOfFile(from);
    try {
      write(archive, passphrase === null ? content : unsealedFile(content, passphrase));
    } catch (fault) {
      throw fault instanceof RangeError ? new ConfigFault(`${from}: ${fault.message}`) : fault;
    }
    const held = contentOf(archive);
    if ("url" in store) await fillPostgres(store.url, archive);
    else write(store.path, piecesOfFile(archive));
    return held;
  });
}

/** What a backup or a restore has done, for people. */
export function backupText({ queries, releases }: Content): string {
  return `${queries} queries, ${releases} releases\n`;
}

type StoreAt = { readonly path: string } | { readonly url: string };

function storeOf(config: Config): StoreAt {
  const url = databaseUrl(config);
  if (url !== null) return { url };
  const path = config.store!;
  if (path === ":memory:") throw new ConfigFault("the store is in memory, and lost with the process: give the path of a file");
  return { path };
}

/** An archive in the clear lies where the store does, or in the folder for temporary files, for the owner alone, and is gone in the end. */
async function inWorkFolder(store: StoreAt, work: (archive: string) => Promise<Content>): Promise<Content> {
  const above = "path" in store ? dirname(store.path) : tmpdir();
  let folder: string;
  try {
    folder = mkdtempSync(join(above, "tutti-backup-"));
  } catch {
    throw new ConfigFault(`${above} can't be written: let this user write it, and check that the disk is not full`);
  }
  try {
    return await work(join(folder, "archive"));
  } catch (fault) {
    throw fault instanceof DatabaseFault ? new ConfigFault(fault.message) : fault;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** By SQLite's own online backup: the coordinator may run. */
async function copySqlite(path: string, archive: string): Promise<void> {
  try {
    const source = new DatabaseSync(path, { readOnly: true });
    await backup(source, archive).finally(() => source.close());
  } catch {
    throw new ConfigFault(`${path} can't be copied: check that the disk has room for another one, and run tutti coordinator doctor`);
  }
}

/** Throws a RangeError that the pieces throw as it is. */
function write(to: string, pieces: Iterable<Uint8Array>): void {
  try {
    writeWholeFile(to, pieces);
  } catch (fault) {
    if (fault instanceof RangeError) throw fault;
    throw new ConfigFault(`${to} can't be written: give a path in a folder that this user may write, and check that the disk is not full`);
  }
}

/** A file's first bytes, by which it is known whether it is sealed. */
function startOf(path: string): Uint8Array {
  const start = new Uint8Array(HEAD_BYTES);
  let read: number;
  try {
    const file = openSync(path, "r");
    try {
      read = readSync(file, start);
    } finally {
      closeSync(file);
    }
  } catch {
    throw new ConfigFault(`${path} can't be read: check the path and its permissions`);
  }
  return start.subarray(0, read);
}

function passphraseOf(path: string | undefined): Secret | null {
  try {
    return path === undefined ? null : passphraseIn(path);
  } catch (fault) {
    throw fault instanceof SecretFileFault ? new ConfigFault(fault.message) : fault;
  }
}
