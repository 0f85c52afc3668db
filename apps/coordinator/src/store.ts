import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Outcome } from "@tutti/protocol";
import { type Envelope, envelopeSchema } from "@tutti/envelope";
import { type Ending, INTERRUPTED } from "./ending.ts";

/** A query as it is kept. */
export interface AskedQuery {
  readonly id: string;
  readonly requester: string;
  /** Milliseconds since 1970. */
  readonly askedAtMs: number;
  readonly query: unknown;
  /** `sha256:…` */
  readonly offerHash: string;
}

/** A query that has ended. */
export interface KeptQuery {
  readonly ending: Pick<Ending, "outcome" | "detail" | "release">;
}

/** What outlives the process: who asked what, how it ended, and the signed releases. */
export interface Store {
  begin(query: AskedQuery): void;
  end(id: string, ending: Ending, endedAtMs: number): void;
  /** A requester's own query that has ended, or null. */
  find(id: string, requester: string): KeptQuery | null;
  close(): void;
}

const VERSION = 1;
const SCHEMA = `
  CREATE TABLE query (
    id TEXT PRIMARY KEY,
    requester TEXT NOT NULL,
    asked_at_ms INTEGER NOT NULL,
    query TEXT NOT NULL,
    offer_hash TEXT NOT NULL,
    outcome TEXT,
    detail TEXT,
    ended_at_ms INTEGER,
    release TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX query_by_requester ON query (requester, asked_at_ms);
`;

/** A store in an SQLite file, or in memory for `:memory:`. */
export class SqliteStore implements Store {
  readonly #database: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #end: StatementSync;
  readonly #find: StatementSync;

  /**
   * Opens the file, or makes it. Queries that were open when the process ended are marked as stopped.
   * Throws an Error with a sentence when the file is none of this program's, or of a later version.
   */
  constructor(path: string, nowMs: number) {
    this.#database = open(path);
    this.#database
      .prepare("UPDATE query SET outcome = ?, detail = ?, ended_at_ms = ? WHERE outcome IS NULL")
      .run(INTERRUPTED.outcome, INTERRUPTED.detail, nowMs);
    this.#begin = this.#database.prepare("INSERT INTO query (id, requester, asked_at_ms, query, offer_hash) VALUES (?, ?, ?, ?, ?)");
    this.#end = this.#database.prepare("UPDATE query SET outcome = ?, detail = ?, ended_at_ms = ?, release = ? WHERE id = ?");
    this.#find = this.#database.prepare(
      "SELECT outcome, detail, release FROM query WHERE id = ? AND requester = ? AND outcome IS NOT NULL",
    );
  }

  begin({ id, requester, askedAtMs, query, offerHash }: AskedQuery): void {
    this.#begin.run(id, requester, askedAtMs, JSON.stringify(query), offerHash);
  }

  end(id: string, { outcome, detail, release }: Ending, endedAtMs: number): void {
    this.#end.run(outcome, detail, endedAtMs, release === null ? null : JSON.stringify(release), id);
  }

  find(id: string, requester: string): KeptQuery | null {
    const row = this.#find.get(id, requester);
    if (row === undefined) return null;
    const { outcome, detail, release } = row as { outcome: Outcome; detail: string | null; release: string | null };
    return { ending: { outcome, detail, release: release === null ? null : readRelease(release) } };
  }

  close(): void {
    this.#database.close();
  }
}

function open(path: string): DatabaseSync {
  let database: DatabaseSync;
  try {
    database = new DatabaseSync(path);
    // Readers and the one writer do not wait for each other; a commit is on the disk before it is told.
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 2000;");
  } catch {
    throw new Error(`${path} is not a store that can be opened: give the path of a new file in a folder that this process may write`);
  }
  const found = database.prepare("PRAGMA user_version").get()?.["user_version"];
  if (found === 0) database.exec(`BEGIN IMMEDIATE; ${SCHEMA} PRAGMA user_version = ${VERSION}; COMMIT;`);
  else if (found !== VERSION) {
    database.close();
    throw new Error(`${path} was written by another version of the coordinator: run that version, or give the path of a new file`);
  }
  return database;
}

function readRelease(text: string): Envelope {
  return envelopeSchema.parse(JSON.parse(text));
}
