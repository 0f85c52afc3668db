import { DatabaseSync } from "node:sqlite";
import { ConfigFault } from "./config.ts";
import type { Row, SqlValue } from "./database.ts";
import { type KeptTable, MIGRATIONS } from "./migrations.ts";
import { SqliteDatabase } from "./sqlite-database.ts";

/** What an archive holds. */
export interface Content {
  /** Queries that were asked, and the releases among them. */
  readonly queries: number;
  readonly releases: number;
}

/** Rows that are read or written at a time. */
export const ROWS_AT_ONCE = 200;

/**
 * What the archive in a file holds: it is an SQLite database with the coordinator's tables, whatever database they came from.
 * @throws ConfigFault for what is no whole archive of this program
 */
export function contentOf(path: string): Content {
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

/** Makes an archive of rows. Rejects with a DatabaseFault when the file can't be written. */
export class ArchiveWriter {
  readonly #database: SqliteDatabase;

  /** @param path where no file is, or an empty one */
  constructor(path: string) {
    this.#database = new SqliteDatabase(path);
  }

  async add(table: KeptTable, rows: readonly Row[]): Promise<void> {
    await this.#database.write(...rows.map((row) => insertion(table, row)));
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

/** The rows of an archive's table, some at a time. One that an earlier version wrote is brought up to date first, in the file. */
export async function* rowsIn(path: string, table: KeptTable): AsyncGenerator<readonly Row[], void> {
  const database = new SqliteDatabase(path);
  try {
    for (let last: SqlValue = -1; ;) {
      const rows = await database.rows(`SELECT rowid AS place, * FROM ${table} WHERE rowid > ? ORDER BY rowid LIMIT ?`, last, ROWS_AT_ONCE);
      if (rows.length === 0) return;
      last = rows.at(-1)!["place"]!;
      yield rows.map((row) => Object.fromEntries(Object.entries(row).filter(([column]) => column !== "place")));
    }
  } finally {
    await database.close();
  }
}

/** The statement that puts a row, as it is, into a table. */
export function insertion(table: KeptTable, row: Row): { readonly sql: string; readonly values: readonly SqlValue[] } {
  const columns = Object.keys(row);
  const marks = columns.map(() => "?").join(", ");
  return { sql: `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${marks})`, values: Object.values(row) };
}
