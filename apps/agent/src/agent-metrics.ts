import { Metrics } from "@tutti/metrics";
import { REFUSAL_REASONS, STOP_CAUSES } from "@tutti/protocol";
import { AGENT_EVENTS, type AgentFields } from "./agent-log.ts";

/** One line that the agent logs. */
export type LoggedEvent = keyof typeof AGENT_EVENTS;

/** What the metrics are read from when their text is made. */
export interface Readings {
  readonly lastContactMs: () => number;
  readonly failures: () => number;
  readonly ledgerEntries: () => number;
  readonly historySessions: () => number;
  /** Questions that wait for people. */
  readonly queue: () => number;
  /** Whether people have stopped it. */
  readonly stopped: () => boolean;
  /** Whether anything may be answered. */
  readonly answers: () => boolean;
}

/**
 * The agent's metrics. They count what the agent logs, and nothing else: what a query asks and what a centre answers is in neither. Names and meanings are
 * in docs/operating.md.
 */
export class AgentMetrics {
  readonly #metrics = new Metrics();
  readonly #lines = this.#metrics.counter("tutti_agent_log_lines_total", "Lines logged, by msg.", { msg: Object.keys(AGENT_EVENTS) });
  readonly #refusals = this.#metrics.counter("tutti_agent_refusals_total", "Offers refused, by reason.", { reason: REFUSAL_REASONS });
  readonly #sessions = this.#metrics.counter("tutti_agent_sessions_total", "Sessions that have ended here, by how.", {
    ending: ["released", "shutdown", ...STOP_CAUSES],
  });
  readonly #took = this.#metrics.histogram("tutti_agent_session_seconds", "From an acceptance to the end of its session.", {});
  readonly #exchanges = this.#metrics.histogram("tutti_agent_exchange_seconds", "From posting a bundle to its delivery.", {});
  #running = 0;

  constructor({ lastContactMs, failures, ledgerEntries, historySessions, queue, stopped, answers }: Readings) {
    const gauge = (name: string, help: string, value: () => number) => this.#metrics.read("gauge", name, help, value);
    gauge("tutti_agent_sessions_running", "Offers that were accepted and whose session has not ended.", () => this.#running);
    gauge("tutti_agent_last_contact_timestamp_seconds", "When the coordinator last answered; 0 if never.", () => lastContactMs() / 1_000);
    gauge("tutti_agent_contact_failures", "Requests for offers that failed since then.", failures);
    gauge("tutti_agent_ledger_entries", "Entries of the ledger.", ledgerEntries);
    gauge("tutti_agent_history_sessions", "Past sessions that this centre knows.", historySessions);
    gauge("tutti_agent_queue", "Questions that wait for people.", queue);
    gauge("tutti_agent_stopped", "1 while people have stopped it.", () => (stopped() ? 1 : 0));
    gauge("tutti_agent_answers", "1 while offers may be accepted; 0 while the past, or the ledger, has to be seen to.", () =>
      answers() ? 1 : 0,
    );
    gauge("process_resident_memory_bytes", "Memory of the process.", () => process.memoryUsage.rss());
    gauge("process_start_time_seconds", "When the process started.", () => Math.round(performance.timeOrigin / 1_000));
    this.#metrics.read("counter", "process_cpu_seconds_total", "Processor time of the process.", () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    });
  }

  /** Counts a line. */
  count(event: LoggedEvent, { reason, ending, tookMs }: AgentFields): void {
    this.#lines.add({ msg: event });
    if (event === "accepted") this.#running++;
    if (event === "refused") this.#refusals.add({ reason: reason ?? "" });
    if (event === "exchanged" && tookMs !== undefined) this.#exchanges.observe({}, tookMs / 1_000);
    if (event !== "ended") return;
    this.#running--;
    this.#sessions.add({ ending: ending ?? "" });
    if (tookMs !== undefined) this.#took.observe({}, tookMs / 1_000);
  }

  text(): string {
    return this.#metrics.text();
  }
}
