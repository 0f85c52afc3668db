import { DatabaseSync } from "node:sqlite";

/** Held while one agent writes a ledger; the operating system lets go of it when the process ends, however it ends. */
export interface LedgerLock {
  release(): void;
}

/**
 * Takes the lock of a ledger, or null when another process holds it. SQLite's exclusive transaction on an empty database is the one lock of the
 * operating system that Node offers.
 */
export function takeLock(path: string): LedgerLock | null {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY) return null;
    throw error;
  }
  return { release: () => database.close() };
}

const SQLITE_BUSY = 5;
