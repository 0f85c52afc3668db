import { ENDPOINTS, OUTCOMES, pathOf } from "@tutti/protocol";
import { beforeEach, expect, test } from "vitest";
import { startAdmin } from "./admin.ts";
import { CoordinatorMetrics } from "./coordinator-metrics.ts";
import type { Log } from "./log.ts";

const SILENT: Log = { info: () => {}, warn: () => {}, error: () => {} };
let metrics: CoordinatorMetrics;
let log: Log;
beforeEach(() => {
  metrics = new CoordinatorMetrics();
  metrics.read({ present: () => 11, centres: () => 12 });
  log = metrics.around(SILENT);
});

test("a query is counted where it is, and by how it ended", () => {
  log.info({ query: "q1", requester: "ann" }, "asked");
  log.info({ query: "q2", requester: "ann" }, "asked");
  log.info({ query: "q1", offer: "sha256:00" }, "offered");
  for (const line of ["tutti_queries_waiting 1", "tutti_queries_offered 1", "tutti_queries_formed 0", "tutti_centres_present 11"])
    expect(metrics.text()).toContain(`${line}\n`);
  log.info({ query: "q1", session: "s", participants: 12 }, "formed");
  log.warn({ query: "q1", centre: "Ancona", cause: "late", blame: [] }, "stopped");
  log.info({ query: "q1", outcome: "timedOut", cause: "late", tookMs: 700 }, "ended");
  for (const line of [
    "tutti_queries_waiting 1",
    "tutti_queries_offered 0",
    "tutti_queries_formed 0",
    'tutti_queries_total{outcome="timedOut"} 1',
    'tutti_query_seconds_bucket{outcome="timedOut",le="1"} 1',
    'tutti_stops_total{cause="late"} 1',
    'tutti_log_lines_total{msg="ended"} 1',
  ])
    expect(metrics.text()).toContain(`${line}\n`);
});

test("a request is counted by its endpoint and status, and an unknown address is one series", async () => {
  const answer = metrics.answering<null>(({ url }) => new Response(null, { status: url.includes("NIR") ? 404 : 429 }));
  const post = (path: string) => answer(new Request(`http://coordinator${path}`, { method: "POST" }), null);
  await post(pathOf(ENDPOINTS.exchange, { session: "5f", exchange: "3" }));
  await post("/NIR-1");
  await post("/NIR-2");
  const text = metrics.text();
  expect(text).toContain('tutti_http_requests_total{endpoint="exchange",status="429"} 1\n');
  expect(text).toContain('tutti_http_requests_total{endpoint="other",status="404"} 2\n');
  expect(text).toContain('tutti_http_request_seconds_count{endpoint="exchange"} 1\n');
  expect(text).not.toContain("NIR");
});

test("nothing of a query, a requester or a centre makes a series", () => {
  const before = metrics.text().split("\n").length;
  for (const outcome of OUTCOMES) log.info({ query: "NIR-1", requester: "NIR-2", outcome }, "ended");
  log.warn({ query: "NIR-3", centre: "NIR-4", reason: "NIR-5" }, "refused");
  log.warn({ query: "NIR-3", centre: "NIR-4", cause: "NIR-6", blame: ["NIR-7"] }, "stopped");
  expect(metrics.text()).not.toContain("NIR");
  expect(metrics.text().split("\n")).toHaveLength(before);
});

test("a call of the store is timed when it answers at once, later, or not at all", async () => {
  class Store {
    readonly #rows = ["a"];
    find = (): readonly string[] => this.#rows;
    async later(): Promise<readonly string[]> {
      return this.#rows;
    }
    async fails(): Promise<void> {
      throw new Error("gone");
    }
  }
  const store = metrics.timing(new Store());
  expect(store.find()).toEqual(["a"]);
  expect(await store.later()).toEqual(["a"]);
  await expect(store.fails()).rejects.toThrow("gone");
  expect(metrics.text()).toContain("tutti_store_seconds_count 3\n");
});

test("the operator's listener tells metrics, passes health on, and nothing else", async () => {
  const asked: string[] = [];
  const answer = (request: Request): Response => {
    asked.push(new URL(request.url).pathname);
    return Response.json({ status: "ready" }, { status: 503 });
  };
  const admin = await startAdmin({ host: "127.0.0.1", port: 0 }, { metrics: () => metrics.text(), answer });
  const told = await fetch(`${admin.url}/metrics`);
  expect(told.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(await told.text()).toContain("# TYPE tutti_queries_total counter\n");
  expect((await fetch(`${admin.url}/readyz`)).status).toBe(503);
  for (const path of ["/v1/roster", "/v1/queries", "/", "/metrics?x"]) expect((await fetch(`${admin.url}${path}`)).status).toBe(404);
  expect((await fetch(`${admin.url}/metrics`, { method: "POST" })).status).toBe(404);
  expect(asked).toEqual(["/readyz"]);
  admin.stop();
});
