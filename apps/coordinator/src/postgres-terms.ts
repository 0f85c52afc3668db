import { type Random, toHex } from "@tutti/envelope";
import { MAX_BUNDLE_BYTES, problem, WAIT_MS } from "@tutti/protocol";
import { Client } from "pg";
import { type Clock, within } from "./clock.ts";
import { DatabaseFault } from "./database.ts";
import { faultFields, type Log } from "./log.ts";
import { answerRequest, CHANNEL, putRequest, takeAnswer } from "./passed-request.ts";
import type { PostgresDatabase } from "./postgres-database.ts";
import { problemReply } from "./reply.ts";
import type { Answering, Bindings, Term, Terms } from "./seat.ts";
import { Store } from "./store.ts";

/** What terms on a PostgreSQL server are made of. */
export interface PostgresTermsSetting {
  /** `postgresql://user:password@host/database` */
  readonly url: string;
  readonly database: PostgresDatabase;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
}

/** Key of the advisory lock that the leading replica holds: "lead" in ASCII. */
const LEAD_LOCK = 0x6c656164;
/** Between two attempts to lead. */
const TRY_MS = 500;
/** The leading replica makes sure so often that its lock is still there, and waits so long for the answer. */
const HEARTBEAT_MS = 2_000;
const QUERY_MS = 3_000;
/** Beyond the longest wait of an endpoint. */
const ANSWER_MS = WAIT_MS + 10_000;
/** Answers that nobody took, since their replica is gone, are removed after this long. */
const STALE_MS = 120_000;
/** Of a request that is passed on. */
const MAX_BYTES = MAX_BUNDLE_BYTES;
/** A replica whose machine is gone loses its lock in about so many seconds: the server asks it so often. */
const KEEPALIVE = "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3";

/**
 * Several replicas on one database: the one that holds an advisory lock leads, and is the coordinator; the others pass every request to it, and its answer
 * back, in two tables, waking each other by LISTEN and NOTIFY. When the leading replica dies, PostgreSQL lets go of its lock; the next one begins a new
 * term, in which writes of the earlier one are refused, and goes on with what the store holds.
 */
export class PostgresTerms implements Terms {
  readonly #setting: PostgresTermsSetting;
  #client: Client | null = null;
  /** Settles when the connection with the lock and the listener is lost. */
  #broken = Promise.withResolvers<void>();
  #answer: Answering | null = null;
  /** Requests that were passed on, by id: settles with their answer, or null when they have to be asked anew. */
  readonly #passed = new Map<string, PromiseWithResolvers<Response | null>>();
  /** Requests of others that are being answered. */
  readonly #answering = new Map<string, AbortController>();
  readonly #stopped = Promise.withResolvers<void>();
  #isStopped = false;

  constructor(setting: PostgresTermsSetting) {
    this.#setting = setting;
  }

  async next(): Promise<Term> {
    const { database, clock } = this.#setting;
    for (;;) {
      if (this.#isStopped) throw new DatabaseFault("this replica is stopping");
      const client = this.#client ?? (await this.#connect());
      if (await held(client)) {
        const [row] = await database.rows("UPDATE term SET number = number + 1 RETURNING number");
        await database.rows("DELETE FROM passed_request");
        const over = this.#broken.promise;
        void this.#beat(client);
        return { store: new Store(database.during(row!["number"] as number)), over };
      }
      await within(Promise.race([this.#stopped.promise, this.#broken.promise]), TRY_MS, clock);
    }
  }

  serve(answer: Answering | null): void {
    this.#answer = answer;
    for (const controller of this.#answering.values()) controller.abort();
    if (answer !== null) void this.#notify("term begins");
  }

  pass(request: Request, env: Bindings): Promise<Response> | null {
    if (this.#client === null || this.#isStopped) return null;
    return this.#pass(request, env);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopped.resolve();
    this.#break();
    await this.#setting.database.close();
  }

  async #pass(request: Request, env: Bindings): Promise<Response> {
    const { database, clock, random } = this.#setting;
    if (Number(request.headers.get("content-length") ?? 0) > MAX_BYTES)
      return problemReply(problem("too-large", `this request may have ${MAX_BYTES} bytes at most`));
    const id = toHex(random(16));
    const answered = Promise.withResolvers<Response | null>();
    this.#passed.set(id, answered);
    const hungUp = (): void => void this.#notify(`abort ${id}`);
    try {
      await putRequest(database, id, clock.nowMs(), request, env);
      request.signal.addEventListener("abort", hungUp);
      await within(answered.promise, ANSWER_MS, clock);
      answered.resolve(null);
      return (await answered.promise) ?? problemReply(problem("not-ready", "another replica takes over: ask again in a moment"));
    } catch (fault) {
      if (!(fault instanceof DatabaseFault)) throw fault;
      return problemReply(problem("not-ready", "the coordinator's store does not answer: ask again in a moment"));
    } finally {
      request.signal.removeEventListener("abort", hungUp);
      this.#passed.delete(id);
    }
  }

  async #connect(): Promise<Client> {
    const client = new Client({
      connectionString: this.#setting.url,
      connectionTimeoutMillis: QUERY_MS,
      query_timeout: QUERY_MS,
      keepAlive: true,
      options: KEEPALIVE,
    });
    // Whatever happens to this connection ends the term.
    client.on("error", () => this.#break(client));
    client.on("end", () => this.#break(client));
    client.on("notification", ({ payload = "" }) => this.#heard(payload));
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
    } catch {
      await client.end().catch(() => {});
      throw new DatabaseFault("the database can't be reached: check that it runs, its address and its password");
    }
    this.#broken = Promise.withResolvers();
    this.#client = client;
    return client;
  }

  /** The connection is gone, and the lock with it. */
  #break(client: Client | null = this.#client): void {
    if (client === null || client !== this.#client) return;
    this.#client = null;
    this.#broken.resolve();
    this.#askAnew();
    void client.end().catch(() => {});
  }

  /** Looks after the connection for as long as it is there, and removes what nobody has taken. */
  async #beat(client: Client): Promise<void> {
    const { clock, database } = this.#setting;
    for (let beats = 0; this.#client === client; beats++) {
      await within(this.#broken.promise, HEARTBEAT_MS, clock);
      await client.query("SELECT 1").catch(() => this.#break(client));
      if (beats % 30 === 0) await database.rows("DELETE FROM passed_answer WHERE at_ms < ?", clock.nowMs() - STALE_MS).catch(() => {});
    }
  }

  #heard(payload: string): void {
    const [kind, id = ""] = payload.split(" ");
    if (kind === "request" && this.#answer !== null) void this.#answerOther(id, this.#answer);
    else if (kind === "abort") this.#answering.get(id)?.abort();
    else if (kind === "answer" && this.#passed.has(id)) void this.#take(id);
    else if (kind === "term") this.#askAnew();
  }

  async #answerOther(id: string, answer: Answering): Promise<void> {
    const { database, clock, log } = this.#setting;
    const controller = new AbortController();
    this.#answering.set(id, controller);
    await answerRequest(database, id, answer, controller.signal, () => clock.nowMs()).catch((fault: unknown) =>
      log.error(faultFields(fault), "the store does not answer"),
    );
    this.#answering.delete(id);
  }

  async #take(id: string): Promise<void> {
    const answer = await takeAnswer(this.#setting.database, id).catch(() => null);
    this.#passed.get(id)?.resolve(answer);
  }

  /** Another replica leads now: what was passed to the one before is not answered. */
  #askAnew(): void {
    for (const answered of this.#passed.values()) answered.resolve(null);
  }

  async #notify(payload: string): Promise<void> {
    await this.#setting.database.rows("SELECT pg_notify(?, ?)", CHANNEL, payload).catch(() => {});
  }
}

/** Whether this connection has the lock; it may have had it before. */
async function held(client: Client): Promise<boolean> {
  try {
    const mine = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND pid = pg_backend_pid() AND granted";
    if ((await client.query(mine, [LEAD_LOCK])).rowCount !== 0) return true;
    const { rows } = await client.query("SELECT pg_try_advisory_lock($1) AS held", [LEAD_LOCK]);
    return (rows[0] as { held: boolean }).held;
  } catch {
    throw new DatabaseFault("the database can't be reached: check that it runs, its address and its password");
  }
}
