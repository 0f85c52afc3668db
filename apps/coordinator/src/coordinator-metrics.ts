import { Metrics } from "@tutti/metrics";
import { type Endpoint, ENDPOINTS, OUTCOMES, PROBLEMS, REFUSAL_REASONS, STOP_CAUSES } from "@tutti/protocol";
import { COORDINATOR_EVENTS, type Log, type LogFields } from "./log.ts";

/** What the metrics are read from when their text is made. */
export interface Readings {
  /** Centres that wait for offers, or did so just now. */
  readonly present: () => number;
  readonly centres: () => number;
}

/** How far an open query has come. */
type Stage = "waiting" | "offered" | "formed";

const STATUSES = [...new Set([200, 201, 202, ...Object.values(PROBLEMS).map(({ status }) => status)])].map(String);
/** Each endpoint's name, by a pattern of its address. */
const PATTERNS = Object.entries<Pick<Endpoint, "method" | "path">>({ ...ENDPOINTS }).map(
  ([name, { method, path }]) => [name, new RegExp(`^${method} ${path.replaceAll(/:[a-z]+/g, "[^/]+")}$`)] as const,
);

/**
 * The coordinator's metrics: what it logs, what it answers, how long its store takes. Names and meanings are in docs/operating.md. No query, requester or
 * centre is in any of them.
 */
export class CoordinatorMetrics {
  readonly #metrics = new Metrics();
  readonly #lines = this.#metrics.counter("tutti_log_lines_total", "Lines logged, by msg.", { msg: Object.keys(COORDINATOR_EVENTS) });
  readonly #queries = this.#metrics.counter("tutti_queries_total", "Queries that have ended, by outcome.", { outcome: OUTCOMES });
  readonly #took = this.#metrics.histogram("tutti_query_seconds", "From a query's asking to its end, by outcome.", { outcome: OUTCOMES });
  readonly #refusals = this.#metrics.counter("tutti_refusals_total", "Refusals of centres, by reason.", { reason: REFUSAL_REASONS });
  readonly #stops = this.#metrics.counter("tutti_stops_total", "Sessions that a centre stopped, by cause.", { cause: STOP_CAUSES });
  readonly #requests = this.#metrics.counter("tutti_http_requests_total", "Requests answered, by endpoint and status.", {
    endpoint: Object.keys(ENDPOINTS),
    status: STATUSES,
  });
  readonly #waited = this.#metrics.histogram("tutti_http_request_seconds", "From a request to its answer, waiting for others included.", {
    endpoint: Object.keys(ENDPOINTS),
  });
  readonly #store = this.#metrics.histogram("tutti_store_seconds", "One call of the store.", {});
  readonly #open = new Map<string, Stage>();

  /** Has the gauges read what they stand for. */
  read({ present, centres }: Readings): void {
    const gauge = (name: string, help: string, value: () => number) => this.#metrics.read("gauge", name, help, value);
    gauge("tutti_centres", "Centres of the roster.", centres);
    gauge("tutti_centres_present", "Centres that wait for offers, or did so in the last ten seconds.", present);
    for (const stage of ["waiting", "offered", "formed"] as const)
      gauge(`tutti_queries_${stage}`, STAGES[stage], () => [...this.#open.values()].filter((one) => one === stage).length);
    gauge("process_resident_memory_bytes", "Memory of the process.", () => process.memoryUsage.rss());
    gauge("process_start_time_seconds", "When the process started.", () => Math.round(performance.timeOrigin / 1_000));
    this.#metrics.read("counter", "process_cpu_seconds_total", "Processor time of the process.", () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    });
  }

  /** A log that passes every line on, and counts it. */
  around(log: Log): Log {
    const counted =
      <E extends keyof typeof COORDINATOR_EVENTS>(pass: (about: LogFields, event: E) => void) =>
      (about: LogFields, event: E) => {
        pass(about, event);
        this.#count(event, about);
      };
    return {
      info: counted((about, event) => log.info(about, event)),
      warn: counted((about, event) => log.warn(about, event)),
      error: counted((about, event) => log.error(about, event)),
    };
  }

  /** Answers requests, and counts them. */
  answering<Env>(answer: (request: Request, env: Env) => Response | Promise<Response>): (request: Request, env: Env) => Promise<Response> {
    return async (request, env) => {
      const beganMs = performance.now();
      const response = await answer(request, env);
      const endpoint = endpointOf(request);
      this.#requests.add({ endpoint, status: String(response.status) });
      this.#waited.observe({ endpoint }, (performance.now() - beganMs) / 1_000);
      return response;
    };
  }

  /** A store whose calls are timed, whether they answer at once or later. */
  timing<S extends object>(store: S): S {
    return new Proxy(store, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== "function") return value;
        return (...args: readonly unknown[]): unknown => {
          const beganMs = performance.now();
          const noted = (): void => this.#store.observe({}, (performance.now() - beganMs) / 1_000);
          const answered: unknown = Reflect.apply(value, target, args);
          if (answered instanceof Promise) return answered.finally(noted);
          noted();
          return answered;
        };
      },
    });
  }

  text(): string {
    return this.#metrics.text();
  }

  #count(event: keyof typeof COORDINATOR_EVENTS, { query = "", outcome = "", tookMs, reason = "", cause = "" }: LogFields): void {
    this.#lines.add({ msg: event });
    if (event === "asked") this.#open.set(query, "waiting");
    if (event === "offered" || event === "formed") this.#open.set(query, event);
    if (event === "refused") this.#refusals.add({ reason });
    if (event === "stopped") this.#stops.add({ cause });
    if (event !== "ended") return;
    this.#open.delete(query);
    this.#queries.add({ outcome });
    if (tookMs !== undefined) this.#took.observe({ outcome }, tookMs / 1_000);
  }
}

const STAGES: Readonly<Record<Stage, string>> = {
  waiting: "Open queries that wait for their turn.",
  offered: "Open queries that are offered to the centres.",
  formed: "Open queries whose session runs.",
};

function endpointOf({ method, url }: Request): string {
  const { pathname } = new URL(url);
  return PATTERNS.find(([, pattern]) => pattern.test(`${method} ${pathname}`))?.[0] ?? "";
}
