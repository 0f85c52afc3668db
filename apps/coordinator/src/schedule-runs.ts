import type { ScheduleRun } from "@tutti/protocol";
import { type Database, statement } from "./database.ts";

/** Runs of one schedule that are kept. */
const KEPT = 100;

const NOTE = `
  INSERT INTO schedule_run (name, due_at_ms, query_id, outcome) VALUES (?, ?, ?, ?)
  ON CONFLICT (name, due_at_ms) DO UPDATE SET query_id = excluded.query_id, outcome = excluded.outcome`;
const AWAIT = "INSERT INTO schedule_run (name, due_at_ms, outcome) VALUES (?, ?, 'awaited') ON CONFLICT (name, due_at_ms) DO NOTHING";
const TIDY = `
  DELETE FROM schedule_run WHERE name = ? AND (
    outcome = 'awaited' AND due_at_ms <> ?
    OR due_at_ms < (SELECT due_at_ms FROM schedule_run WHERE name = ? ORDER BY due_at_ms DESC LIMIT 1 OFFSET ${KEPT}))`;
const MISS = `
  UPDATE schedule_run SET outcome = 'missed' WHERE name = ? AND outcome = 'awaited' AND due_at_ms <= ? RETURNING due_at_ms`;
const IS_OPEN = `
  SELECT 1 FROM schedule_run AS run JOIN query ON query.id = run.query_id WHERE name = ? AND query.outcome IS NULL LIMIT 1`;
const LAST = `
  SELECT due_at_ms, query_id, COALESCE(run.outcome, query.outcome, 'open') AS outcome
  FROM schedule_run AS run LEFT JOIN query ON query.id = run.query_id
  WHERE name = ? AND run.outcome IS DISTINCT FROM 'awaited' ORDER BY due_at_ms DESC LIMIT 1`;

/** What became of the times at which schedules were due, in the coordinator's database: table `schedule_run`, where `outcome` is null when a query was asked, whose own row says how it ended, and `awaited` marks the next time that is due. */
export class ScheduleRuns {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** A query was asked at its time. */
  async asked(name: string, dueAtMs: number, query: string): Promise<void> {
    await this.#database.write(statement(NOTE, name, dueAtMs, query, null));
  }

  /** No query was asked at a time. */
  async notAsked(name: string, dueAtMs: number, outcome: "missed" | "skipped" | "notAsked"): Promise<void> {
    await this.#database.write(statement(NOTE, name, dueAtMs, null, outcome));
  }

  /** Says when a schedule is due next, in place of what was said before; only the last runs stay. */
  async await(name: string, dueAtMs: number): Promise<void> {
    await this.#database.write(statement(AWAIT, name, dueAtMs), statement(TIDY, name, dueAtMs, name));
  }

  /** Notes as missed what was awaited until now, and gives the time; null when nothing was. */
  async miss(name: string, nowMs: number): Promise<number | null> {
    const [row] = await this.#database.rows(MISS, name, nowMs);
    return row === undefined ? null : Number(row["due_at_ms"]);
  }

  /** Whether a query that the schedule asked is still open. */
  async isOpen(name: string): Promise<boolean> {
    return (await this.#database.rows(IS_OPEN, name)).length > 0;
  }

  /** The last time that was due; null before the first. */
  async last(name: string): Promise<ScheduleRun | null> {
    const [row] = await this.#database.rows(LAST, name);
    if (row === undefined) return null;
    const {
      due_at_ms: dueAtMs,
      query_id: query,
      outcome,
    } = row as { due_at_ms: number; query_id: string | null; outcome: ScheduleRun["outcome"] };
    return { dueAtMs, outcome, query };
  }
}
