import type { QueryState } from "@tutti/protocol";
import { problem } from "@tutti/protocol";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createClient } from "./client.ts";
import type { Transport } from "./transport.ts";
import { ROSTER_FILE, signed } from "./trial.ts";

const server = setupServer();
beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const BASE = "https://coordinator.example/tutti";
const STATE: QueryState = { id: "7", state: "open", events: [], seen: 0, release: null, detail: null };

/** A client whose clock moves only while it sleeps. */
function trial() {
  const platform = globalThis as unknown as Transport;
  const slept: number[] = [];
  let nowMs = 0;
  const client = createClient({
    url: `${BASE}/`,
    token: "sesame",
    fetch: (url, init) => platform.fetch(url, init),
    nowMs: () => nowMs,
    // Pauses between tries pass at once; the limits of a request do not.
    sleep: (ms) => (ms > 20_000 ? new Promise(() => {}) : (slept.push(ms), (nowMs += ms), Promise.resolve())),
  });
  return { client, slept };
}

test("a query is asked with the token, and its id comes back", async () => {
  let seen: unknown;
  server.use(
    http.post(`${BASE}/v1/queries`, async ({ request }) => {
      seen = [request.headers.get("authorization"), request.headers.get("content-type"), await request.json()];
      return HttpResponse.json({ id: "7" }, { status: 201 });
    }),
  );
  expect(await trial().client.ask({ dataset: "small@1" })).toBe("7");
  expect(seen).toEqual(["Bearer sesame", "application/json", { dataset: "small@1" }]);
});

test("waiting tells each event once, and ends with the query", async () => {
  const events = [1, 2, 3].map((atMs) => ({ atMs, what: "signed" as const, centre: "a" }));
  const asked: (string | null)[] = [];
  server.use(
    http.get(`${BASE}/v1/queries/7`, ({ request }) => {
      const seen = new URL(request.url).searchParams.get("seen");
      asked.push(seen);
      const last = seen === "2";
      return HttpResponse.json({
        ...STATE,
        events: last ? events.slice(2) : events.slice(0, 2),
        seen: last ? 3 : 2,
        ...(last ? { state: "released", release: signed() } : {}),
      });
    }),
  );
  const told: number[] = [];
  const state = await trial().client.wait("7", { timeoutMs: 60_000, onEvent: ({ atMs }) => told.push(atMs) });
  expect(state).toMatchObject({ state: "released", release: signed() });
  expect(told).toEqual([1, 2, 3]);
  expect(asked).toEqual(["0", "2"]);
});

test.each(["refused", "timedOut"] as const)("waiting ends with the outcome %s", async (state) => {
  server.use(http.get(`${BASE}/v1/queries/7`, () => HttpResponse.json({ ...STATE, state, detail: "why" })));
  expect(await trial().client.wait("7", { timeoutMs: 60_000 })).toMatchObject({ state, detail: "why" });
});

test("reading is tried again with growing pauses, asking is not", async () => {
  let reads = 0;
  let asks = 0;
  server.use(
    http.get(`${BASE}/v1/roster`, () => (++reads < 4 ? HttpResponse.error() : HttpResponse.json(ROSTER_FILE))),
    http.post(`${BASE}/v1/queries`, () => (asks++, HttpResponse.error())),
  );
  const { client, slept } = trial();
  expect(await client.roster()).toEqual(ROSTER_FILE);
  expect(slept).toEqual([100, 200, 400]);
  await expect(client.ask({})).rejects.toMatchObject({ kind: "unreachable" });
  expect(asks).toBe(1);
});

test("a preview only reads: it is tried again, and read by its shape", async () => {
  const preview = { cells: 3, pairs: 1, rows: [{ measure: "n", stratum: { sex: "F" }, risk: "near", earlier: ["2026-02-01"] }] };
  const seen: unknown[] = [];
  server.use(
    http.post(`${BASE}/v1/previews`, async ({ request }) => {
      seen.push([request.headers.get("authorization"), await request.json()]);
      return seen.length < 2 ? HttpResponse.error() : HttpResponse.json(preview);
    }),
  );
  const { client } = trial();
  expect(await client.preview({ dataset: "small@1" })).toEqual(preview);
  expect(seen).toEqual(Array.from({ length: 2 }, () => ["Bearer sesame", { dataset: "small@1" }]));
  server.use(http.post(`${BASE}/v1/previews`, () => HttpResponse.json({ ...preview, counts: [25] })));
  await expect(client.preview({})).rejects.toMatchObject({ kind: "unlike" });
});

test("a pause that is asked for is kept, for asking too: what was not taken may be sent again", async () => {
  let asks = 0;
  const pause = HttpResponse.json(problem("too-fast", "wait"), { status: 429, headers: { "retry-after": "7" } });
  server.use(
    http.post(`${BASE}/v1/queries`, () => (++asks < 3 ? pause.clone() : HttpResponse.json({ id: "7" }, { status: 201 })) as never),
  );
  const { client, slept } = trial();
  expect(await client.ask({})).toBe("7");
  expect(slept).toEqual([7_000, 7_000]);
});

test("reading gives up after six tries", async () => {
  let reads = 0;
  server.use(http.get(`${BASE}/v1/policy`, () => (reads++, new HttpResponse("bad gateway", { status: 502 }))));
  await expect(trial().client.policy()).rejects.toMatchObject({ kind: "unreachable", message: expect.stringContaining("502") });
  expect(reads).toBe(6);
});

test("a problem keeps its name and its words, and is not tried again", async () => {
  let reads = 0;
  const said = problem("query-invalid", "at measures[0]: there is no such variable");
  server.use(
    http.post(`${BASE}/v1/queries`, () => HttpResponse.json(said, { status: 422 })),
    http.get(`${BASE}/v1/queries/8`, () => (reads++, HttpResponse.json(problem("not-found", "no"), { status: 404 }))),
  );
  await expect(trial().client.ask({})).rejects.toMatchObject({ kind: "query-invalid", message: said.detail });
  await expect(trial().client.wait("8", { timeoutMs: 60_000 })).rejects.toMatchObject({ kind: "not-found" });
  expect(reads).toBe(1);
});

test.each<readonly [string, () => Response]>([
  ["a web page", () => HttpResponse.html("<p>Welcome</p>") as unknown as Response],
  ["another version's state", () => HttpResponse.json({ ...STATE, more: 1 }) as unknown as Response],
  [
    "a problem of somebody else",
    () => HttpResponse.json({ type: "about:blank", title: "No", status: 403 }, { status: 403 }) as unknown as Response,
  ],
])("%s is not a coordinator's answer", async (_, answer) => {
  server.use(http.get(`${BASE}/v1/queries/7`, answer as never));
  await expect(trial().client.wait("7", { timeoutMs: 60_000 })).rejects.toMatchObject({ kind: "unlike" });
});

test("the caller's time is a limit, also while the coordinator does not answer", async () => {
  server.use(http.get(`${BASE}/v1/queries/7`, () => new Promise<never>(() => {})));
  await expect(trial().client.wait("7", { timeoutMs: 1_000 })).rejects.toMatchObject({ kind: "timed-out" });
});

test("giving up is told as such", async () => {
  server.use(http.post(`${BASE}/v1/queries`, () => HttpResponse.error()));
  await expect(trial().client.ask({}, AbortSignal.abort())).rejects.toMatchObject({ kind: "aborted" });
});

type Response = ReturnType<typeof HttpResponse.json>;
