import { signEnvelope, createIdentity, LABELS, tweetnaclScheme } from "@tutti/envelope";
import { problem, type ProblemName, type QueryState } from "@tutti/protocol";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { ask, askPreview, askStanding } from "./asking.ts";
import { type Exit, Stop } from "./exit.ts";

const server = setupServer();
beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const URL_OF = "http://coordinator.example";
const RELEASE = {
  dataset: "d@1",
  query: `sha256:${"0".repeat(64)}`,
  roster: `sha256:${"0".repeat(64)}`,
  policy: { threshold: 5, zeros: "hide", missing: "open", tail: 5, minimumCentres: 3 },
  centres: { invited: 3, contributed: 3, finished: 3 },
  strength: "passive",
  results: [{ measure: "n", stratum: {}, count: 25 }],
};
const signer = createIdentity("coordinator", (bytes) => new Uint8Array(bytes).fill(1));
const envelope = signEnvelope(LABELS.release, RELEASE, [signer], tweetnaclScheme);
const STATE: QueryState = { id: "7", state: "open", events: [], seen: 0, release: null, detail: null };

/** Asks a coordinator that tells these states one after another, the last one for ever. */
async function asked(states: readonly Partial<QueryState>[], timeoutMs = 60_000) {
  const lines: string[] = [];
  let reads = 0;
  server.use(
    http.post(`${URL_OF}/v1/queries`, () => HttpResponse.json({ id: "7" }, { status: 201 })),
    http.get(`${URL_OF}/v1/queries/7`, () => HttpResponse.json({ ...STATE, ...states[Math.min(reads++, states.length - 1)] })),
  );
  const progress = { step: (line: string) => void lines.push(line), note: () => {}, clear: () => {} };
  const released = await ask({}, { url: URL_OF, token: "t" }, { timeoutMs, signal: new AbortController().signal, progress });
  return { released, lines };
}

test("a release is printed with its signed fields and its envelope", async () => {
  const { released } = await asked([{ state: "released", release: envelope }]);
  expect(released).toEqual({ ...RELEASE, envelope });
});

test("people read who did what, exchange by exchange", async () => {
  const events = [
    { what: "offered" },
    ...["a", "b", "c"].map((centre) => ({ what: "accepted", centre })),
    { what: "refused", centre: "d" },
    { what: "formed" },
    { what: "posted", centre: "b", exchange: 0 },
    { what: "posted", centre: "a", exchange: 0 },
    { what: "gone", centre: "c", exchange: 0 },
    { what: "exchanged", exchange: 0 },
    { what: "posted", centre: "a", exchange: 0xffff_ffff },
    { what: "signed", centre: "a" },
    { what: "ended" },
  ].map((event) => ({ atMs: 1, ...event })) as QueryState["events"];
  const { lines } = await asked([
    { events: events.slice(0, 4), seen: 4 },
    { events: events.slice(4), seen: events.length, state: "released", release: envelope },
  ]);
  expect(lines).toEqual([
    "offered to all centres",
    "a takes part (1)",
    "b takes part (2)",
    "c takes part (3)",
    "d does not take part",
    "the session is formed: 3 centres",
    "exchange 1: b has posted (1 of 3)",
    "exchange 1: a has posted (2 of 3)",
    "exchange 1: c fell silent",
    "exchange 1: passed on",
    "result exchange: a has posted (1 of 2)",
    "a has signed (1 of 2)",
    "ended",
  ]);
});

test.each<readonly [QueryState["state"], Exit]>([
  ["refused", "refused"],
  ["tooFewCentres", "tooFewCentres"],
  ["timedOut", "timedOut"],
  ["stopped", "error"],
])("the outcome %s ends the command with %s, in the coordinator's words", async (state, exit) => {
  await expect(asked([{ state, detail: "what happened. Ask again" }])).rejects.toMatchObject({ exit, message: "what happened. Ask again" });
});

test.each<readonly [ProblemName, Exit]>([
  ["query-invalid", "usage"],
  ["no-token", "error"],
  ["not-allowed", "refused"],
  ["too-many", "error"],
])("the problem %s ends the command with %s", async (name, exit) => {
  const said = problem(name, "do this");
  server.use(http.post(`${URL_OF}/v1/queries`, () => HttpResponse.json(said, { status: said.status })));
  const progress = { step: () => {}, note: () => {}, clear: () => {} };
  const asking = ask({}, { url: URL_OF, token: "t" }, { timeoutMs: 1_000, signal: new AbortController().signal, progress });
  await expect(asking).rejects.toMatchObject({ exit, message: "do this" });
});

test("a query that takes longer than it may ends as timed out", async () => {
  await expect(asked([{}], 30)).rejects.toMatchObject({ exit: "timedOut" });
});

test("Ctrl-C ends the wait as interrupted", async () => {
  const interrupt = new AbortController();
  server.use(http.post(`${URL_OF}/v1/queries`, () => new Promise<never>(() => {})));
  setTimeout(() => interrupt.abort(), 20);
  const progress = { step: () => {}, note: () => {}, clear: () => {} };
  const asking = ask({}, { url: URL_OF, token: "t" }, { timeoutMs: 60_000, signal: interrupt.signal, progress });
  await expect(asking).rejects.toBeInstanceOf(Stop);
  await expect(asking).rejects.toMatchObject({ exit: "interrupted" });
});

test("a preview is read, and a query that does not fit is a usage error", async () => {
  const preview = { cells: 1, pairs: 0, rows: [] };
  const access = { url: URL_OF, token: "t" };
  server.use(http.post(`${URL_OF}/v1/previews`, () => HttpResponse.json(preview)));
  expect(await askPreview({}, access, new AbortController().signal)).toEqual(preview);
  server.use(http.post(`${URL_OF}/v1/previews`, () => HttpResponse.json(problem("query-invalid", "no such variable"), { status: 422 })));
  await expect(askPreview({}, access, new AbortController().signal)).rejects.toMatchObject({ exit: "usage", message: "no such variable" });
  await expect(askPreview({}, access, AbortSignal.abort())).rejects.toMatchObject({ exit: "interrupted" });
});

test("a query that waits for people says for how many, which is no rule of theirs, and where to look later", async () => {
  const events = [
    { what: "offered" },
    { what: "held", centre: "a" },
    { what: "accepted", centre: "b" },
    { what: "held", centre: "c" },
    { what: "consented", centre: "a" },
  ].map((event) => ({ atMs: 1, ...event })) as QueryState["events"];
  const { lines } = await asked([
    { events, seen: 5 },
    { state: "released", release: envelope },
  ]);
  expect(lines.at(-1)).toBe("waiting for 1 centre to decide");
  await expect(asked([{ events, seen: 5, deciding: 1 }], 1)).rejects.toMatchObject({
    exit: "timedOut",
    message: "the query goes on without this command, waiting for 1 centre to decide. Look later: tutti status 7",
  });
});

test.each<[Partial<QueryState>, object]>([
  [{ deciding: 2 }, { state: "open", deciding: 2, release: null, exit: "done" }],
  [
    { state: "timedOut", detail: "nobody decided" },
    { state: "timedOut", deciding: null, detail: "nobody decided", exit: "timedOut" },
  ],
  [
    { state: "released", release: envelope },
    { state: "released", release: { ...RELEASE, envelope }, exit: "done" },
  ],
])("where a query stands: %o", async (told, expected) => {
  server.use(http.get(`${URL_OF}/v1/queries/7`, () => HttpResponse.json({ ...STATE, ...told })));
  expect(await askStanding("7", { url: URL_OF, token: "t" }, new AbortController().signal)).toMatchObject({ id: "7", ...expected });
});
