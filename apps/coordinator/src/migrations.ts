import { DatabaseFault } from "./database.ts";

/** A step from one version of the schema to the next. */
export interface Migration {
  /** The version that it leads to. */
  readonly version: number;
  /** In the SQL of `Database`. `CREATE UNLOGGED TABLE` is for what need not outlive a crash of the database. */
  readonly statements: readonly string[];
}

/**
 * All steps, forward only. To change the schema, add a step at the end, and a case to `sqlite-database.test.ts` that starts from the version before;
 * what stands here is never edited. A new database takes all steps.
 */
export const MIGRATIONS: readonly Migration[] = [
  {
    version: 2,
    statements: [
      `CREATE TABLE query (
        id TEXT PRIMARY KEY,
        requester TEXT NOT NULL,
        asked_at_ms INTEGER NOT NULL,
        query TEXT NOT NULL,
        outcome TEXT,
        detail TEXT,
        ended_at_ms INTEGER,
        release TEXT
      )`,
      "CREATE INDEX query_by_requester ON query (requester, asked_at_ms)",
      "CREATE TABLE past (number INTEGER PRIMARY KEY, session TEXT NOT NULL UNIQUE, item TEXT NOT NULL)",
    ],
  },
  {
    version: 3,
    statements: [
      `CREATE TABLE schedule_run (
        name TEXT NOT NULL,
        due_at_ms INTEGER NOT NULL,
        query_id TEXT,
        outcome TEXT,
        PRIMARY KEY (name, due_at_ms)
      )`,
    ],
  },
  {
    version: 4,
    statements: [
      // What a query's session is known by, once it is formed: enough to take its release after a restart.
      "ALTER TABLE query ADD COLUMN session TEXT",
      "ALTER TABLE query ADD COLUMN offer TEXT",
      "ALTER TABLE query ADD COLUMN formation TEXT",
      "CREATE INDEX query_by_session ON query (session)",
      // The term of who leads: the writes of an earlier one are refused. One row.
      "CREATE TABLE term (number INTEGER NOT NULL)",
      "INSERT INTO term (number) VALUES (0)",
      // Requests that wait at another replica than the one that leads, and their answers.
      `CREATE UNLOGGED TABLE passed_request (
        id TEXT PRIMARY KEY,
        term INTEGER NOT NULL,
        at_ms INTEGER NOT NULL,
        head TEXT NOT NULL,
        body BLOB NOT NULL
      )`,
      `CREATE UNLOGGED TABLE passed_answer (
        id TEXT PRIMARY KEY,
        at_ms INTEGER NOT NULL,
        head TEXT NOT NULL,
        body BLOB NOT NULL
      )`,
    ],
  },
  {
    version: 5,
    statements: [
      "CREATE TABLE log_entry (position INTEGER PRIMARY KEY, kind TEXT NOT NULL, about TEXT NOT NULL, envelope TEXT NOT NULL, entry TEXT NOT NULL)",
      "CREATE INDEX log_entry_by_about ON log_entry (about, envelope)",
    ],
  },
  {
    version: 6,
    statements: [
      // Tokens made by command; `datasets` and `actions` are JSON lists, or null for all.
      `CREATE TABLE token (
        id TEXT PRIMARY KEY,
        hash TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        role TEXT NOT NULL,
        datasets TEXT,
        actions TEXT,
        created_at_ms INTEGER NOT NULL,
        expires_at_ms INTEGER,
        revoked_at_ms INTEGER
      )`,
    ],
  },
];

/** The tables that a backup holds: all but the term and what passes between replicas, which are of one database and its moment. */
export const KEPT_TABLES = ["query", "past", "schedule_run", "log_entry", "token"] as const;

/** One of them. */
export type KeptTable = (typeof KEPT_TABLES)[number];

/** The version that this program works with. */
export const SCHEMA_VERSION: number = MIGRATIONS.at(-1)!.version;

/**
 * The steps that a database of a version still has to take.
 * @param found 0 for a new database
 * @throws DatabaseFault for a version that no step leads to
 */
export function migrationsFrom(found: number, steps: readonly Migration[] = MIGRATIONS): readonly Migration[] {
  if (found !== 0 && steps.every(({ version }) => version !== found))
    throw new DatabaseFault("was written by another version of the coordinator: run that version, or restore a backup of this one");
  return steps.filter(({ version }) => version > found);
}
