import { DatabaseError, Pool, type PoolClient, types } from "pg";
import { type Database, DatabaseFault, type Row, type SqlValue, type Statement } from "./database.ts";
import { type Migration, MIGRATIONS, migrationsFrom } from "./migrations.ts";

/** Connections for statements of one replica, at most. */
const CONNECTIONS = 8;
const CONNECT_MS = 5_000;
/** Until a statement is given up: none of this program's takes a second. */
const STATEMENT_MS = 10_000;
/** Until the server is given up with it: one that hangs says nothing, and keeps its connections. */
const SILENCE_MS = 12_000;
/** Key of the advisory lock under which the schema is brought up to date: "tutti" in ASCII. */
const MIGRATION_LOCK = 0x7475747469;

/** Whether an error says that the term is over. */
const OVER = "another replica leads this network now: this one's writes do not count";

/** Runs one statement of a transaction. */
export type Run = (sql: string, ...values: readonly SqlValue[]) => Promise<readonly Row[]>;

/** A database on a PostgreSQL server, which several replicas may share. */
export class PostgresDatabase implements Database {
  readonly #pool: Pool;
  readonly #texts = new Map<string, string>();

  private constructor(pool: Pool) {
    this.#pool = pool;
  }

  /**
   * Connects, and brings the schema up to date, one replica at a time.
   * @param url `postgresql://user:password@host/database`
   * @throws DatabaseFault with a sentence when the server can't be reached, or the schema is of a later version
   */
  static async open(url: string, steps: readonly Migration[] = MIGRATIONS): Promise<PostgresDatabase> {
    let pool: Pool;
    try {
      pool = new Pool({
        connectionString: url,
        max: CONNECTIONS,
        connectionTimeoutMillis: CONNECT_MS,
        statement_timeout: STATEMENT_MS,
        query_timeout: SILENCE_MS,
        keepAlive: true,
        types: {
          getTypeParser: (oid: number, format?: "text" | "binary") =>
            oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format as "text"),
        },
      } as ConstructorParameters<typeof Pool>[0]);
    } catch {
      throw new DatabaseFault("the database's address can't be read: write it as postgresql://user:password@host/database");
    }
    // A connection that breaks is made anew by the pool; whoever used it sees the statement fail.
    pool.on("error", () => {});
    pool.on("connect", (client) => client.on("error", () => {}));
    const database = new PostgresDatabase(pool);
    try {
      await database.#alone((client) => migrate(client, steps));
    } catch (fault) {
      await pool.end().catch(() => {});
      throw fault;
    }
    return database;
  }

  async rows(sql: string, ...values: readonly SqlValue[]): Promise<readonly Row[]> {
    try {
      const { rows } = await this.#pool.query({ text: this.#text(sql), values: values as SqlValue[] });
      return rows as Row[];
    } catch (fault) {
      throw faultOf(fault);
    }
  }

  write(...statements: readonly Statement[]): Promise<void> {
    return this.#write(null, statements);
  }

  /** The same database for one term: its writes are refused once another term has begun. */
  during(term: number): Database {
    return {
      rows: (sql, ...values) => this.rows(sql, ...values),
      write: (...statements) => this.#write(term, statements),
      close: async () => {},
    };
  }

  /** Reads in one transaction that sees one moment of the database, whatever is written meanwhile. */
  snapshot(work: (run: Run) => Promise<void>): Promise<void> {
    return this.#alone((client) => work(this.#runOn(client)), "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  }

  /** Reads and writes in one transaction: all of it is written, or nothing. */
  transaction(work: (run: Run) => Promise<void>): Promise<void> {
    return this.#alone((client) => work(this.#runOn(client)));
  }

  async close(): Promise<void> {
    if (!this.#pool.ended) await this.#pool.end();
  }

  #runOn(client: PoolClient): Run {
    return async (sql, ...values) => (await client.query({ text: this.#text(sql), values: values as SqlValue[] })).rows as Row[];
  }

  async #write(term: number | null, statements: readonly Statement[]): Promise<void> {
    await this.#alone(async (client) => {
      if (term !== null) {
        const { rowCount } = await client.query("SELECT 1 FROM term WHERE number = $1 FOR SHARE", [term]);
        if (rowCount === 0) throw new DatabaseFault(OVER);
      }
      for (const { sql, values } of statements) await client.query({ text: this.#text(sql), values: values as SqlValue[] });
    });
  }

  /** One transaction. */
  async #alone(work: (client: PoolClient) => Promise<void>, begin = "BEGIN"): Promise<void> {
    let client: PoolClient;
    try {
      client = await this.#pool.connect();
    } catch (fault) {
      throw faultOf(fault);
    }
    try {
      await client.query(begin);
      await work(client);
      await client.query("COMMIT");
      client.release();
    } catch (fault) {
      client.release(!(isAnswer(fault) && (await undone(client))));
      throw faultOf(fault);
    }
  }

  /** `?` as PostgreSQL counts them: `$1`, `$2`, … */
  #text(sql: string): string {
    const before = this.#texts.get(sql);
    if (before !== undefined) return before;
    let count = 0;
    const text = sql.replaceAll("?", () => `$${++count}`);
    this.#texts.set(sql, text);
    return text;
  }
}

/** Whether the server, or this program, refused: of a server that is silent the connection is given up, and with it the transaction. */
function isAnswer(fault: unknown): boolean {
  return fault instanceof DatabaseError || fault instanceof DatabaseFault;
}

function undone(client: PoolClient): Promise<boolean> {
  return client.query("ROLLBACK").then(
    () => true,
    () => false,
  );
}

async function migrate(client: PoolClient, steps: readonly Migration[]): Promise<void> {
  await client.query(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`);
  await client.query("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)");
  const { rows } = await client.query("SELECT version FROM schema_version");
  const found = Number((rows[0] as { version: number } | undefined)?.version ?? 0);
  let due: readonly Migration[];
  try {
    due = migrationsFrom(found, steps);
  } catch (fault) {
    throw fault instanceof DatabaseFault ? new DatabaseFault(`the database ${fault.message}`) : fault;
  }
  for (const { version, statements } of due) {
    for (const text of statements) await client.query(text.replaceAll(/\bINTEGER\b/g, "BIGINT").replaceAll(/\bBLOB\b/g, "BYTEA"));
    await client.query("DELETE FROM schema_version");
    await client.query("INSERT INTO schema_version (version) VALUES ($1)", [version]);
  }
}

/** The server's own message may hold a value: only its code is passed on. */
function faultOf(fault: unknown): DatabaseFault {
  if (fault instanceof DatabaseFault) return fault;
  if (fault instanceof DatabaseError)
    return new DatabaseFault(`the database refused a statement (its code is ${fault.code ?? "unknown"}): see the server's log`);
  return new DatabaseFault("the database can't be reached: check that it runs, its address and its password");
}
