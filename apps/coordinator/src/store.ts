import { type HistoryItem, historyItemSchema, type LogEntry, type Outcome } from "@tutti/protocol";
import { type Envelope, envelopeSchema } from "@tutti/envelope";
import { type Database, type Row, type Statement, statement } from "./database.ts";
import type { Ending } from "./ending.ts";
import { LogRows } from "./log-rows.ts";
import { KeptTokens } from "./kept-tokens.ts";
import { ScheduleRuns } from "./schedule-runs.ts";

/** A query as it is kept. */
export interface KeptQuestion {
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

/** A query's session, as it was formed. */
export interface KeptFormation {
  /** Its name. */
  readonly session: string;
  readonly offer: Envelope;
  readonly formation: Envelope;
}

/** A query that has not ended. */
export interface OpenQuery extends KeptQuestion {
  /** Null at the stage `asked`. */
  readonly formed: KeptFormation | null;
}

/** What a past session told, under its name. */
export interface KeptSession {
  readonly session: string;
  readonly item: HistoryItem;
}

const BEGIN = "INSERT INTO query (id, requester, asked_at_ms, query) VALUES (?, ?, ?, ?)";
const FORM = "UPDATE query SET session = ?, offer = ?, formation = ? WHERE id = ? AND outcome IS NULL";
const END = "UPDATE query SET outcome = ?, detail = ?, ended_at_ms = ?, release = ? WHERE id = ? AND outcome IS NULL";
const SESSION_OF = `
  SELECT past.session, past.item FROM query JOIN past ON past.session = query.session
  WHERE query.id = ? AND query.requester = COALESCE(?, query.requester)`;
const FIND = "SELECT outcome, detail, release FROM query WHERE id = ? AND requester = COALESCE(?, requester) AND outcome IS NOT NULL";
const RELEASED_IN = "SELECT release FROM query WHERE session = ? AND release IS NOT NULL";
// Those that are formed had their turn before the crash, and have it again.
const OPEN = `
  SELECT id, requester, asked_at_ms, query, session, offer, formation FROM query WHERE outcome IS NULL
  ORDER BY CASE WHEN formation IS NULL THEN 1 ELSE 0 END, asked_at_ms, id`;
const KEEP = `
  INSERT INTO past (number, session, item) SELECT COALESCE(MAX(number), 0) + 1, ?, ? FROM past WHERE true
  ON CONFLICT (session) DO UPDATE SET item = excluded.item`;

/** Past sessions that are read at a time. */
const PAGE = 100;

/**
 * What outlives the process, in any `Database`: who asked what, how it ended, and the signed releases. What a method writes is durable once it
 * resolves; all reject with a DatabaseFault.
 */
export class Store {
  /** What became of scheduled queries. */
  readonly scheduleRuns: ScheduleRuns;
  /** The public log. */
  readonly logRows: LogRows;
  /** Tokens that were made by command. */
  readonly tokens: KeptTokens;
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    this.scheduleRuns = new ScheduleRuns(database);
    this.logRows = new LogRows(database);
    this.tokens = new KeptTokens(database);
  }

  /** A new query, at the stage `asked`. */
  async begin({ id, requester, askedAtMs, query }: KeptQuestion): Promise<void> {
    await this.#database.write(statement(BEGIN, id, requester, askedAtMs, JSON.stringify(query)));
  }

  /** Keeps the session of a query that has not ended, and what the public log says of it: the stage `formed`. */
  async form(id: string, { session, offer, formation }: KeptFormation, entries: readonly LogEntry[] = []): Promise<void> {
    await this.#database.write(
      statement(FORM, session, JSON.stringify(offer), JSON.stringify(formation), id),
      ...entries.map(LogRows.appending),
    );
  }

  /** Queries that have not ended: those that are formed first, then in the order in which they were asked. */
  async open(): Promise<readonly OpenQuery[]> {
    return (await this.#database.rows(OPEN)).map(readOpen);
  }

  /** The release of a session, or null. */
  async releasedIn(session: string): Promise<Envelope | null> {
    const [row] = await this.#database.rows(RELEASED_IN, session);
    return row === undefined ? null : readEnvelope(row["release"] as string);
  }

  /** Keeps how a query ended, and in the same moment what its session tells later ones and what the public log says: the stage `ended`. */
  async end(
    id: string,
    { outcome, detail, release }: Ending,
    endedAtMs: number,
    told: KeptSession | null,
    entries: readonly LogEntry[] = [],
  ): Promise<void> {
    const text = release === null ? null : JSON.stringify(release);
    await this.#database.write(
      statement(END, outcome, detail, endedAtMs, text, id),
      ...(told === null ? [] : [keeping(told)]),
      ...entries.map(LogRows.appending),
    );
  }

  /** A requester's own query that has ended, anybody's for a requester that is null; or null. */
  async find(id: string, requester: string | null): Promise<KeptQuery | null> {
    const [row] = await this.#database.rows(FIND, id, requester);
    if (row === undefined) return null;
    const { outcome, detail, release } = row as { outcome: Outcome; detail: string | null; release: string | null };
    return { ending: { outcome, detail, release: release === null ? null : readEnvelope(release) } };
  }

  /** Keeps what a past session told, in place of what was known of it, and what the public log says of it. */
  async keep(told: KeptSession, entries: readonly LogEntry[] = []): Promise<void> {
    await this.#database.write(keeping(told), ...entries.map(LogRows.appending));
  }

  /** The session that a requester's own query came to, anybody's for a requester that is null; null where it came to no release. */
  async sessionOf(id: string, requester: string | null): Promise<KeptSession | null> {
    const [row] = await this.#database.rows(SESSION_OF, id, requester);
    return row === undefined ? null : { session: String(row["session"]), item: historyItemSchema.parse(JSON.parse(String(row["item"]))) };
  }

  /** What a past session told; null for one that is not known. */
  async itemOf(session: string): Promise<HistoryItem | null> {
    const [row] = await this.#database.rows("SELECT item FROM past WHERE session = ?", session);
    return row === undefined ? null : historyItemSchema.parse(JSON.parse(String(row["item"])));
  }

  /** All past sessions, oldest first. */
  async *history(): AsyncIterable<HistoryItem> {
    for (let last = 0; ;) {
      const rows = await this.#database.rows("SELECT number, item FROM past WHERE number > ? ORDER BY number LIMIT ?", last, PAGE);
      for (const { item } of rows) yield historyItemSchema.parse(JSON.parse(item as string));
      if (rows.length < PAGE) return;
      last = Number(rows.at(-1)!["number"]);
    }
  }

  async close(): Promise<void> {
    await this.#database.close();
  }
}

function keeping({ session, item }: KeptSession): Statement {
  return statement(KEEP, session, JSON.stringify(item));
}

function readEnvelope(text: string): Envelope {
  return envelopeSchema.parse(JSON.parse(text));
}

function readOpen(row: Row): OpenQuery {
  const {
    id,
    requester,
    asked_at_ms: askedAtMs,
    query,
    session,
    offer,
    formation,
  } = row as Readonly<Record<string, string>> & {
    readonly asked_at_ms: number;
  };
  const formed =
    session === undefined || session === null ? null : { session, offer: readEnvelope(offer!), formation: readEnvelope(formation!) };
  return { id: id!, requester: requester!, askedAtMs, query: JSON.parse(query!), formed };
}
