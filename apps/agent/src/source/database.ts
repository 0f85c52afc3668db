import {
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBInstance,
  DuckDBIntegerType,
  type DuckDBPreparedStatement,
} from "@duckdb/node-api";
import type { Answer, Statement } from "@tutti/sql";
import { SourceError } from "./source-error.ts";

/** Statements that are kept prepared. */
const PREPARED = 64;

const INTERRUPT_AGAIN_MS = 20;
const TOO_LONG = "the data source took too long and was stopped: allow more time, or ask for fewer measures or strata";

/** What a database may use. */
export interface Resources {
  readonly memoryLimitMb: number;
  readonly threads: number;
}

/**
 * A DuckDB database in memory that can reach nothing outside of itself, from its first moment: no files, no network, no extensions, nothing spilled to disk, and
 * settings that can't be changed. Data come in through `appender` only.
 */
export class Database {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  /** The last statements, the latest at the end: planning a statement takes longer than running it on a few patients. */
  readonly #prepared = new Map<string, DuckDBPreparedStatement>();

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.#connection = connection;
  }

  static async open({ memoryLimitMb, threads }: Resources): Promise<Database> {
    const instance = await DuckDBInstance.create(":memory:", {
      ...CLOSED,
      enable_external_access: "false",
      memory_limit: `${memoryLimitMb}MiB`,
      threads: String(threads),
    });
    const connection = await instance.connect();
    await connection.run(
      "ATTACH ':memory:' AS centre (COMPRESS); USE centre; SET disabled_filesystems = 'LocalFileSystem'; SET lock_configuration = true",
    );
    return new Database(instance, connection);
  }

  /** Runs a text of the agent's own. */
  async run(text: string): Promise<void> {
    await this.#connection.run(text);
  }

  /** Runs a statement and gives all it answers. SourceError when it takes longer than the deadline, in milliseconds from now, or fails. */
  answer(statement: Statement, deadlineMs: number): Promise<Answer> {
    return this.#within(deadlineMs, async () => (await (await this.#bound(statement)).runAndReadAll()).getColumns() as Answer);
  }

  /** Runs a statement whose answer may be long, and hands it on piece by piece. SourceError as for `answer`. */
  scan(statement: Statement, deadlineMs: number, take: (rows: Answer) => void): Promise<void> {
    return this.#within(deadlineMs, async () => {
      const result = await (await this.#bound(statement)).stream();
      for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk())
        take(chunk.getColumns() as Answer);
    });
  }

  async #within<T>(deadlineMs: number, work: () => Promise<T>): Promise<T> {
    if (deadlineMs <= 0) throw new SourceError(TOO_LONG);
    let late = false;
    const stop = (): void => {
      late = true;
      this.#connection.interrupt();
      // An interrupt that comes just before a statement starts is lost.
      timer = setTimeout(stop, INTERRUPT_AGAIN_MS);
    };
    let timer = setTimeout(stop, deadlineMs);
    try {
      return await work();
    } catch {
      throw new SourceError(
        late ? TOO_LONG : "the data source could not answer: allow it more memory, or ask for fewer measures or strata",
      );
    } finally {
      clearTimeout(timer);
    }
  }

  async #bound({ text, parameters }: Statement): Promise<DuckDBPreparedStatement> {
    const statement = await this.#prepare(text);
    const types = parameters.map(() => DuckDBIntegerType.instance);
    statement.bind([...parameters], types);
    return statement;
  }

  async #prepare(text: string): Promise<DuckDBPreparedStatement> {
    const statement = this.#prepared.get(text) ?? (await this.#connection.prepare(text));
    this.#prepared.delete(text);
    this.#prepared.set(text, statement);
    const [[oldest, unused] = []] = this.#prepared;
    if (this.#prepared.size > PREPARED && oldest !== undefined) {
      this.#prepared.delete(oldest);
      unused!.destroySync();
    }
    return statement;
  }

  appender(table: string): Promise<DuckDBAppender> {
    return this.#connection.createAppender(table);
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}

/** Settings of every database here: nothing is installed, loaded, kept or spilled. */
export const CLOSED: Readonly<Record<string, string>> = {
  allow_community_extensions: "false",
  allow_persistent_secrets: "false",
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
  max_temp_directory_size: "0KB",
  temp_directory: "",
};
