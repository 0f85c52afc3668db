import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { ScheduleRun } from "@tutti/protocol";

/** Runs of one schedule that are kept. */
const KEPT = 100;

/** Its table: `outcome` is null where a query was asked, whose own row says how it ended; `awaited` marks the next time that is due. */
export const SCHEDULE_RUN_TABLE = `
  CREATE TABLE schedule_run (
    name TEXT NOT NULL,
    due_at_ms INTEGER NOT NULL,
    query_id TEXT,
    outcome TEXT,
    PRIMARY KEY (name, due_at_ms)
  ) STRICT, WITHOUT ROWID;
`;

const NOTE = `
  INSERT INTO schedule_run (name, due_at_ms, query_id, outcome) VALUES (?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET query_id = excluded.query_id, outcome = excluded.outcome`;
const AWAIT = "INSERT INTO schedule_run (name, due_at_ms, outcome) VALUES (?, ?, 'awaited') ON CONFLICT DO NOTHING";
const TIDY = `
  DELETE FROM schedule_run WHERE name = :name AND (
    outcome = 'awaited' AND due_at_ms <> :due
    OR due_at_ms < (SELECT due_at_ms FROM schedule_run WHERE name = :name ORDER BY due_at_ms DESC LIMIT 1 OFFSET ${KEPT}))`;
const MISS = `
  UPDATE schedule_run SET outcome = 'missed' WHERE name = ? AND outcome = 'awaited' AND due_at_ms <= ? RETURNING due_at_ms`;
const IS_OPEN = `
  SELECT 1 FROM schedule_run AS run JOIN query ON query.id = run.query_id WHERE name = ? AND query.outcome IS NULL LIMIT 1`;
const LAST = `
  SELECT due_at_ms, query_id, COALESCE(run.outcome, query.outcome, 'open') AS outcome
  FROM schedule_run AS run LEFT JOIN query ON query.id = run.query_id
  WHERE name = ? AND run.outcome IS NOT 'awaited' ORDER BY due_at_ms DESC LIMIT 1`;

/** What became of the times at which schedules were due, in the coordinator's database. */
export class ScheduleRuns {
  readonly #note: StatementSync;
  readonly #await: StatementSync;
  readonly #tidy: StatementSync;
  readonly #miss: StatementSync;
  readonly #isOpen: StatementSync;
  readonly #last: StatementSync;

  constructor(database: DatabaseSync) {
    this.#note = database.prepare(NOTE);
    this.#await = database.prepare(AWAIT);
    this.#tidy = database.prepare(TIDY);
    this.#miss = database.prepare(MISS);
    this.#isOpen = database.prepare(IS_OPEN);
    this.#last = database.prepare(LAST);
  }

  /** A query was asked at its time. */
  asked(name: string, dueAtMs: number, query: string): void {
    this.#note.run(name, dueAtMs, query, null);
  }

  /** No query was asked at a time. */
  notAsked(name: string, dueAtMs: number, outcome: "missed" | "skipped" | "notAsked"): void {
    this.#note.run(name, dueAtMs, null, outcome);
  }

  /** Says when a schedule is due next, in place of what was said before; only the last runs stay. */
  await(name: string, dueAtMs: number): void {
    this.#await.run(name, dueAtMs);
    this.#tidy.run({ name, due: dueAtMs });
  }

  /** Notes as missed what was awaited until now, and gives the time; null when nothing was. */
  miss(name: string, nowMs: number): number | null {
    const row = this.#miss.get(name, nowMs);
    return row === undefined ? null : Number(row["due_at_ms"]);
  }

  /** Whether a query that the schedule asked is still open. */
  isOpen(name: string): boolean {
    return this.#isOpen.get(name) !== undefined;
  }

  /** The last time that was due; null before the first. */
  last(name: string): ScheduleRun | null {
    const row = this.#last.get(name) as { due_at_ms: number; query_id: string | null; outcome: ScheduleRun["outcome"] } | undefined;
    return row === undefined ? null : { dueAtMs: row.due_at_ms, outcome: row.outcome, query: row.query_id };
  }
}
