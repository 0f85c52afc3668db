import { chmodSync, closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { syncFolder } from "@tutti/platform";
import { type Config, ConfigFault } from "./config.ts";
import { MIGRATIONS } from "./migrations.ts";

/** What a backup holds. */
export interface Backup {
  /** Queries that were asked, and the releases among them. */
  readonly queries: number;
  readonly releases: number;
}

/**
 * Copies the store into one file that its owner alone can read, by SQLite's own online backup: the coordinator may run, and the copy is one moment of it.
 * @throws ConfigFault when there is no store in a file, the file is there already, or can't be written
 */
export async function backUp(config: Config, to: string): Promise<Backup> {
  const path = storeOf(config);
  if (!existsSync(path)) throw new ConfigFault(`${path} is not there: there is nothing to back up`);
  if (existsSync(to)) throw new ConfigFault(`${to} is there already: give the path of a new file`);
  const draft = `${to}.new`;
  try {
    rmSync(draft, { force: true });
    // Made before SQLite opens it, so that it is never another user's to read.
    closeSync(openSync(draft, "wx", 0o600));
    const source = new DatabaseSync(path, { readOnly: true });
    await backup(source, draft).finally(() => source.close());
    const held = contentOf(draft);
    chmodSync(draft, 0o600);
    put(draft, to);
    return held;
  } catch (fault) {
    rmSync(draft, { force: true });
    if (fault instanceof ConfigFault) throw fault;
    throw new ConfigFault(`${to} can't be written: give a path in a folder that this user may write, and check that the disk is not full`);
  }
}

/**
 * Puts a backup where the configuration has its store, which must not be there.
 * @throws ConfigFault when the store is there, or the file is damaged or none of this program's
 */
export async function restore(config: Config, from: string): Promise<Backup> {
  const path = storeOf(config);
  for (const one of [path, `${path}-wal`, `${path}-shm`])
    if (existsSync(one)) throw new ConfigFault(`${one} is there already: stop the coordinator, and move it away first`);
  if (!existsSync(from)) throw new ConfigFault(`${from} can't be read: check the path and its permissions`);
  const held = contentOf(from);
  const draft = `${path}.new`;
  try {
    rmSync(draft, { force: true });
    closeSync(openSync(draft, "wx", 0o600));
    const source = new DatabaseSync(from, { readOnly: true });
    await backup(source, draft).finally(() => source.close());
    put(draft, path);
  } catch {
    rmSync(draft, { force: true });
    throw new ConfigFault(`${path} can't be written: let this user write its folder, and check that the disk is not full`);
  }
  return held;
}

/** What a backup or a restore has done, for people. */
export function backupText({ queries, releases }: Backup): string {
  return `${queries} queries, ${releases} releases\n`;
}

function storeOf({ store }: Config): string {
  if (store === undefined)
    throw new ConfigFault("the store is a PostgreSQL database: back it up with pg_dump, and restore it with pg_restore into an empty one");
  if (store === ":memory:") throw new ConfigFault("the store is in memory, and lost with the process: give the path of a file");
  return store;
}

/** Throws a ConfigFault for what is no whole store of this program. */
function contentOf(path: string): Backup {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    const of = (sql: string) => Object.values(database!.prepare(sql).get()!)[0];
    const version = of("PRAGMA user_version");
    if (MIGRATIONS.some((step) => step.version === version) && of("PRAGMA integrity_check") === "ok")
      return { queries: Number(of("SELECT count(*) FROM query")), releases: Number(of("SELECT count(release) FROM query")) };
  } catch {
    // Not a database.
  } finally {
    database?.close();
  }
  throw new ConfigFault(`${path} is damaged, or no backup of a coordinator: take another copy of it`);
}

/** A whole file takes its place, and stays there also after a crash. */
function put(draft: string, to: string): void {
  const file = openSync(draft, "r+");
  fsyncSync(file);
  closeSync(file);
  renameSync(draft, to);
  syncFolder(dirname(to));
}
