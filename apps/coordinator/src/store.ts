import { DatabaseSync, type StatementSync } from "node:sqlite";
import { type HistoryItem, historyItemSchema, type Outcome } from "@tutti/protocol";
import { type Envelope, envelopeSchema } from "@tutti/envelope";
import { type Ending, INTERRUPTED } from "./ending.ts";
import { SCHEDULE_RUN_TABLE, ScheduleRuns } from "./schedule-runs.ts";

/** A query as it is kept. */
export interface AskedQuery {
  readonly id: string;
  readonly requester: string;
  /** Milliseconds since 1970. */
  readonly askedAtMs: number;
  readonly query: unknown;
}

/** A query that has ended. */
export interface KeptQuery {
  readonly ending: Pick<Ending, "outcome" | "detail" | "release">;
}

/** What outlives the process: who asked what, how it ended, and the signed releases. */
export interface Store {
  begin(query: AskedQuery): void;
  end(id: string, ending: Ending, endedAtMs: number): void;
  /** A requester's own query that has ended, anybody's for a requester that is null; or null. */
  find(id: string, requester: string | null): KeptQuery | null;
  /** Keeps what a past session told, in place of what was known of it. */
  keep(session: string, item: HistoryItem): void;
  /** All past sessions, oldest first. */
  history(): Iterable<HistoryItem>;
  /** What became of scheduled queries. */
  readonly scheduleRuns: ScheduleRuns;
  close(): void;
}

const VERSION = 3;
const SCHEMA = `
  CREATE TABLE query (
    id TEXT PRIMARY KEY,
    requester TEXT NOT NULL,
    asked_at_ms INTEGER NOT NULL,
    query TEXT NOT NULL,
    outcome TEXT,
    detail TEXT,
    ended_at_ms INTEGER,
    release TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX query_by_requester ON query (requester, asked_at_ms);
  CREATE TABLE past (number INTEGER PRIMARY KEY, session TEXT NOT NULL UNIQUE, item TEXT NOT NULL) STRICT;
`;

/** A store in an SQLite file, or in memory for `:memory:`. */
export class SqliteStore implements Store {
  readonly scheduleRuns: ScheduleRuns;
  readonly #database: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #end: StatementSync;
  readonly #find: StatementSync;
  readonly #keep: StatementSync;
  readonly #history: StatementSync;

  /**
   * Opens the file, or makes it. Queries that were open when the process ended are marked as stopped.
   * Throws an Error with a sentence when the file is none of this program's, or of a later version.
   */
  constructor(path: string, nowMs: number) {
    this.#database = open(path);
    this.#database
      .prepare("UPDATE query SET outcome = ?, detail = ?, ended_at_ms = ? WHERE outcome IS NULL")
      .run(INTERRUPTED.outcome, INTERRUPTED.detail, nowMs);
    this.#begin = this.#database.prepare("INSERT INTO query (id, requester, asked_at_ms, query) VALUES (?, ?, ?, ?)");
    this.#end = this.#database.prepare("UPDATE query SET outcome = ?, detail = ?, ended_at_ms = ?, release = ? WHERE id = ?");
    this.#find = this.#database.prepare(
      "SELECT outcome, detail, release FROM query WHERE id = ? AND requester = coalesce(?, requester) AND outcome IS NOT NULL",
    );
    this.#keep = this.#database.prepare(
      "INSERT INTO past (session, item) VALUES (?, ?) ON CONFLICT (session) DO UPDATE SET item = excluded.item",
    );
    this.scheduleRuns = new ScheduleRuns(this.#database);
    this.#history = this.#database.prepare("SELECT item FROM past ORDER BY number");
  }

  keep(session: string, item: HistoryItem): void {
    this.#keep.run(session, JSON.stringify(item));
  }

  *history(): Iterable<HistoryItem> {
    for (const { item } of this.#history.iterate()) yield historyItemSchema.parse(JSON.parse(item as string));
  }

  begin({ id, requester, askedAtMs, query }: AskedQuery): void {
    this.#begin.run(id, requester, askedAtMs, JSON.stringify(query));
  }

  end(id: string, { outcome, detail, release }: Ending, endedAtMs: number): void {
    this.#end.run(outcome, detail, endedAtMs, release === null ? null : JSON.stringify(release), id);
  }

  find(id: string, requester: string | null): KeptQuery | null {
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
  // Version 2 had no schedules.
  if (found === 2) database.exec(`BEGIN IMMEDIATE; ${SCHEDULE_RUN_TABLE} PRAGMA user_version = ${VERSION}; COMMIT;`);
  else if (found === 0) database.exec(`BEGIN IMMEDIATE; ${SCHEMA} ${SCHEDULE_RUN_TABLE} PRAGMA user_version = ${VERSION}; COMMIT;`);
  else if (found !== VERSION) {
    database.close();
    throw new Error(`${path} was written by another version of the coordinator: run that version, or give the path of a new file`);
  }
  return database;
}

function readRelease(text: string): Envelope {
  return envelopeSchema.parse(JSON.parse(text));
}
