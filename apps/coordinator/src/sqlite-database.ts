import { existsSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { type Database, DatabaseFault, type Row, type SqlValue, type Statement } from "./database.ts";
import { type Migration, MIGRATIONS, migrationsFrom } from "./migrations.ts";

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const DAMAGED: ReadonlySet<number> = new Set([11, 26]);

/** An SQLite file, or one in memory for `:memory:`. */
export class SqliteDatabase implements Database {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  /**
   * Opens the file, or makes it, and brings it up to date.
   * @throws DatabaseFault with a sentence when the file is none of this program's, or of a later version
   */
  constructor(path: string, steps: readonly Migration[] = MIGRATIONS) {
    this.#database = open(path);
    try {
      this.#migrate(steps);
    } catch (fault) {
      this.#database.close();
      throw fault instanceof DatabaseFault ? new DatabaseFault(`${path} ${fault.message}`) : faultOf(fault);
    }
  }

  rows(sql: string, ...values: readonly SqlValue[]): Promise<readonly Row[]> {
    return settled(() => this.#prepare(sql).all(...values) as Row[]);
  }

  write(...statements: readonly Statement[]): Promise<void> {
    return settled(() => {
      this.#database.exec("BEGIN IMMEDIATE");
      try {
        for (const { sql, values } of statements) this.#prepare(sql).run(...values);
        this.#database.exec("COMMIT");
      } catch (fault) {
        if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
        throw fault;
      }
    });
  }

  close(): Promise<void> {
    return settled(() => {
      if (this.#database.isOpen) this.#database.close();
    });
  }

  #prepare(sql: string): StatementSync {
    const before = this.#prepared.get(sql);
    if (before !== undefined) return before;
    const statement = this.#database.prepare(sql);
    this.#prepared.set(sql, statement);
    return statement;
  }

  #migrate(steps: readonly Migration[]): void {
    const found = Number(this.#database.prepare("PRAGMA user_version").get()!["user_version"]);
    for (const { version, statements } of migrationsFrom(found, steps)) {
      const texts = statements
        .map((text) => text.replace("UNLOGGED ", ""))
        .map((text) => (text.startsWith("CREATE TABLE") ? `${text} STRICT` : text));
      this.#database.exec(`BEGIN IMMEDIATE; ${texts.join("; ")}; PRAGMA user_version = ${version}; COMMIT;`);
    }
  }
}

function open(path: string): DatabaseSync {
  try {
    const database = new DatabaseSync(path);
    // Readers and the one writer do not wait for each other; a commit is on the disk before it is told.
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 2000;");
    return database;
  } catch {
    throw new DatabaseFault(
      existsSync(path)
        ? `${path} is not a store that can be opened: let it belong to the coordinator's user, or restore the newest backup`
        : `${path} can't be made: name a file in a folder that the coordinator's user may write`,
    );
  }
}

async function settled<T>(work: () => T): Promise<T> {
  try {
    return work();
  } catch (fault) {
    throw faultOf(fault);
  }
}

/** SQLite's own message may hold a value: only its number is passed on. */
function faultOf(fault: unknown): DatabaseFault {
  const code = fault instanceof Error && "errcode" in fault ? Number(fault.errcode) : null;
  const number = code === null ? "" : ` (SQLite's error ${code})`;
  // The lowest eight bits are the kind of error, the others say more of it.
  return new DatabaseFault(
    code !== null && DAMAGED.has(code & 0xff)
      ? `the store is damaged${number}: stop the coordinator, and restore the newest backup`
      : `the store can't be read or written${number}: is its disk full, or its folder gone?`,
  );
}
