import { type LogEntry, logEntrySchema } from "@tutti/protocol";
import { type Database, type Statement, statement } from "./database.ts";

const APPEND = `
  INSERT INTO log_entry (position, kind, about, envelope, entry)
  SELECT COALESCE(MAX(position), -1) + 1, ?, ?, ?, ? FROM log_entry`;
const PAGE = "SELECT entry FROM log_entry WHERE position >= ? ORDER BY position LIMIT ?";
const FIND = "SELECT position, entry FROM log_entry WHERE about = ? AND envelope = ? ORDER BY position LIMIT 1";

/** The rows of the public log: numbered from 0 without a gap, and never changed. */
export class LogRows {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** What writes an entry at the end: for the same transaction as what the entry is about. */
  static appending(entry: LogEntry): Statement {
    return statement(APPEND, entry.kind, entry.about, entry.envelope, JSON.stringify(entry));
  }

  async append(entry: LogEntry): Promise<void> {
    await this.#database.write(LogRows.appending(entry));
  }

  /** Entries from a place on, `limit` at most. */
  async from(position: number, limit: number): Promise<readonly LogEntry[]> {
    return (await this.#database.rows(PAGE, position, limit)).map(({ entry }) => read(entry));
  }

  /** The first entry about something, of the envelope with this hash; null when there is none. */
  async find(about: string, envelope: string): Promise<{ readonly position: number; readonly entry: LogEntry } | null> {
    const [row] = await this.#database.rows(FIND, about, envelope);
    return row === undefined ? null : { position: Number(row["position"]), entry: read(row["entry"]) };
  }
}

function read(entry: unknown): LogEntry {
  return logEntrySchema.parse(JSON.parse(String(entry)));
}
