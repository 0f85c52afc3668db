/** What a column holds: text, a whole number that a double holds exactly, bytes, or nothing. */
export type SqlValue = string | number | null | Uint8Array;

/** One row, by column. */
export type Row = Readonly<Record<string, SqlValue>>;

/** One statement with a value for each `?` in it. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/**
 * The coordinator's database. Statements are written in the SQL that SQLite and PostgreSQL both know: `?` for a value, `ON CONFLICT (column) DO …`,
 * `RETURNING`, `IS DISTINCT FROM`; the types are `TEXT`, `INTEGER` (64 bits) and `BLOB`. A failure rejects with a DatabaseFault, and nothing of
 * what failed is in the database.
 */
export interface Database {
  /** Reads, or writes by one statement; once this resolves, what was written outlives a crash. */
  rows(sql: string, ...values: readonly SqlValue[]): Promise<readonly Row[]>;
  /** Writes by several statements, all of them or none; once this resolves, they outlive a crash. */
  write(...statements: readonly Statement[]): Promise<void>;
  close(): Promise<void>;
}

/** The database can't be opened, read or written. The message holds nothing that is in it. */
export class DatabaseFault extends Error {
  override readonly name = "DatabaseFault";
}

/** A statement and its values. */
export function statement(sql: string, ...values: readonly SqlValue[]): Statement {
  return { sql, values };
}
