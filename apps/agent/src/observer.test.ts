import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GENESIS } from "@tutti/ledger";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { AgentLog } from "./agent-log.ts";
import type { AgentConfig } from "./config.ts";
import { Observer } from "./observer.ts";
import { StartProblem } from "./start-problem.ts";
import { foundStatus, judged, STALE_MS, statusText } from "./status.ts";
import { DATASET } from "./trial/trial-dataset.ts";

const SILENT: AgentLog = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
let folder: string;
let config: AgentConfig;
let trouble: string | null;
let observer: Observer;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "observer-"));
  config = {
    centre: "Ancona",
    coordinator: "https://tutti.example",
    identity: "",
    roster: "",
    datasets: [],
    ledger: folder,
    metrics: join(folder, "agent.prom"),
    logLevel: "info",
    exitWithParent: false,
  };
  trouble = null;
  vi.useFakeTimers({ now: 1_000_000, toFake: ["Date", "setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  observer = new Observer(config, SILENT, Date.now);
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

function begin(): void {
  const past = {
    history: { count: (dataset: string) => (dataset === "trial@1" ? 1 : 0) },
    get trouble() {
      return trouble;
    },
  };
  observer.begin({
    rosters: { newest: { version: 3, hash: "sha256:aa" } },
    datasets: [DATASET],
    ledger: { head: GENESIS, writable: true, decisions: { all: () => [{ state: "asked" }, { state: "denied" }] } as never },
    watch: { trouble: null },
    consent: { isStopped: true },
    past: past as unknown as Parameters<Observer["begin"]>[0]["past"],
  });
}

/** Lets the time pass, and what is being written be written. */
async function passed(ms: number): Promise<void> {
  vi.advanceTimersByTime(ms);
  vi.useRealTimers();
  await vi.waitFor(() => expect(JSON.parse(readFileSync(join(folder, "status.json"), "utf8"))).toBeTruthy());
  vi.useFakeTimers({ now: Date.now() });
}

describe("what is logged", () => {
  test("is counted, remembered, and written a second later, in files that are always whole", async () => {
    begin();
    observer.log.debug({}, "asked for offers");
    observer.log.info({ query: "q1", offer: "sha256:01", requester: "ann" }, "accepted");
    observer.log.debug({ query: "q1", session: "s", exchange: 0, tookMs: 40 }, "exchanged");
    observer.log.info({ query: "q1", offer: "sha256:01", ending: "late", tookMs: 2_000 }, "ended");
    observer.log.warn({ query: "q2", offer: "sha256:02", reason: "busy" }, "refused");
    await observer.close();
    expect(foundStatus(config, Date.now())).toMatchObject({
      centre: "Ancona",
      state: "ended",
      lastContactMs: 1_000_000,
      failures: 0,
      running: 0,
      stopped: true,
      queue: 1,
      roster: { version: 3, hash: "sha256:aa" },
      lastSession: { query: "q1", ending: "late" },
      lastRefusal: { query: "q2", reason: "busy" },
      ledger: { index: -1, writable: true },
      history: { "trial@1": 1 },
    });
    const metrics = readFileSync(config.metrics!, "utf8");
    for (const line of [
      'tutti_agent_log_lines_total{msg="accepted"} 1',
      'tutti_agent_refusals_total{reason="busy"} 1',
      'tutti_agent_sessions_total{ending="late"} 1',
      'tutti_agent_session_seconds_bucket{le="2.5"} 1',
      'tutti_agent_exchange_seconds_bucket{le="0.05"} 1',
      "tutti_agent_sessions_running 0",
      "tutti_agent_history_sessions 1",
      "tutti_agent_queue 1",
      "tutti_agent_stopped 1",
      "tutti_agent_answers 1",
    ])
      expect(metrics).toContain(`${line}\n`);
    expect(statSync(join(folder, "status.json")).mode & 0o777).toBe(0o600);
  });

  test("holds neither who asked nor which query in its metrics", async () => {
    begin();
    observer.log.info({ query: "NIR-1", offer: "NIR-2", requester: "NIR-3", session: "NIR-4" }, "accepted");
    observer.log.warn({ reason: "NIR-5", query: "NIR-6" }, "refused");
    observer.log.info({ ending: "NIR-7" }, "ended");
    await observer.close();
    expect(readFileSync(config.metrics!, "utf8")).not.toContain("NIR-");
  });

  test("is passed on, and a folder that can't be written changes nothing", async () => {
    const lines: string[] = [];
    const log = { ...SILENT, info: (_: object, event: string) => void lines.push(event) };
    observer = new Observer({ ...config, ledger: join(folder, "absent"), metrics: undefined }, log, Date.now);
    begin();
    observer.log.info({}, "accepted");
    await observer.close();
    expect(lines).toEqual(["accepted"]);
  });
});

test("a status is written again and again, so that an old one is of an agent that does not live", async () => {
  begin();
  await passed(0);
  const status = foundStatus(config, 1_000_000);
  expect(status).toMatchObject({ healthy: true, advice: null, state: "running" });
  expect(judged(status, 1_000_000 + STALE_MS + 1)).toMatchObject({ healthy: false, advice: expect.stringContaining("hangs") });
  expect(judged(status, 1_000_000, () => false)).toMatchObject({ healthy: false, advice: expect.stringContaining("killed") });
});

describe("somebody has to act", () => {
  test.each<readonly [string, (status: ReturnType<typeof foundStatus>) => object, string]>([
    ["when the agent has ended", () => ({ state: "ended" }), "start it"],
    ["when the past is in doubt", () => ({ trouble: "restore the folder" }), "restore the folder"],
    ["when the ledger can't be written", ({ ledger }) => ({ ledger: { ...ledger, writable: false } }), "free the disk"],
    ["when the coordinator is not reached", () => ({ failures: 3, problem: "the connection was refused" }), "tutti agent doctor"],
  ])("%s", async (_, change, says) => {
    begin();
    await passed(0);
    const status = foundStatus(config, 1_000_000);
    const found = judged({ ...status, ...change(status) }, 1_000_000);
    expect(found.healthy).toBe(false);
    expect(statusText(found)).toContain(says);
  });

  test("when there is no status, or none that can be read", () => {
    expect(() => foundStatus(config, 0)).toThrow(StartProblem);
    writeFileSync(join(folder, "status.json"), "{}");
    expect(() => foundStatus(config, 0)).toThrow(/another version/);
  });
});
