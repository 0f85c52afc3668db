import { toUtf8 } from "@tutti/envelope";
import { type EndpointName, ENDPOINTS, pathOf, type Problem, problemName, type ProblemName } from "@tutti/protocol";
import { expect, test } from "vitest";
import { DEFAULT_LIMITS } from "./rate-limit.ts";
import { SqliteDatabase } from "./sqlite-database.ts";
import { Store } from "./store.ts";
import { QUERY } from "./trial/trial-dataset.ts";
import { TrialNetwork } from "./trial/trial-network.ts";
import { bearer, type Researcher } from "./trial/trial-tokens.ts";

// Who may do what: every endpoint, and everybody who might call it. `in` is let in, whatever comes of the request then.

type Verdict = "in" | ProblemName;
const ANYBODY: readonly Verdict[] = ["in", "in", "in", "in", "in"];
const CENTRE: readonly Verdict[] = ["not-signed", "not-signed", "not-signed", "not-signed", "in"];
const ASKERS: readonly Verdict[] = ["no-token", "in", "not-allowed", "not-allowed", "no-token"];
const READERS: readonly Verdict[] = ["no-token", "in", "in", "in", "no-token"];

/** Nobody, researcher, coordinator, auditor, centre. */
const MATRIX: Readonly<Record<EndpointName, readonly Verdict[]>> = {
  health: ANYBODY,
  ready: ANYBODY,
  roster: ANYBODY,
  rosters: ANYBODY,
  policy: ANYBODY,
  datasets: ANYBODY,
  ask: ASKERS,
  preview: ASKERS,
  state: READERS,
  schedules: READERS,
  receipt: READERS,
  logHead: ANYBODY,
  logEntries: ANYBODY,
  logInclusion: ANYBODY,
  logConsistency: ANYBODY,
  offers: CENTRE,
  answer: CENTRE,
  exchange: CENTRE,
  release: CENTRE,
  history: CENTRE,
  stop: CENTRE,
};

const SEGMENTS = { after: "0", query: "0", offer: "00", session: "00", exchange: "0" };
const BODY = toUtf8("null");

async function verdictOf(response: Response): Promise<Verdict> {
  if (response.headers.get("content-type") !== "application/problem+json") return "in";
  const name = problemName((await response.json()) as Problem);
  return name === "no-token" || name === "not-signed" || name === "not-allowed" || name === "too-fast" || name === "defect" ? name : "in";
}

test.each(Object.entries(MATRIX) as [EndpointName, readonly Verdict[]][])("%s", async (name, expected) => {
  const network = new TrialNetwork();
  const { method, path } = ENDPOINTS[name];
  const target = pathOf({ path }, SEGMENTS);
  const body = method === "GET" ? undefined : BODY;
  const callers = [
    {},
    bearer("ann"),
    bearer("operator"),
    bearer("auditor"),
    network.centres[0]!.signed(method, target, body ?? new Uint8Array()),
  ];
  const verdicts: Verdict[] = [];
  for (const headers of callers) verdicts.push(await verdictOf(await network.send(method, target, headers, body)));
  expect(verdicts).toEqual(expected);
  await network.close();
});

test.each<readonly [string, Researcher, EndpointName, number, RegExp]>([
  ["of another dictionary", "elsewhere", "ask", 403, /for iph only/],
  ["of another dictionary, for a preview", "elsewhere", "preview", 403, /for iph only/],
  ["that is not for asking", "looking", "ask", 403, /token is not for/],
  ["that is for a preview", "looking", "preview", 200, /cells/],
])("a token %s", async (_, by, endpoint, status, text) => {
  const response = await new TrialNetwork().send("POST", pathOf(ENDPOINTS[endpoint]), bearer(by), JSON.stringify(QUERY));
  expect([response.status, await response.text()]).toEqual([status, expect.stringMatching(text)]);
});

test("a token that has expired lets nobody in", async () => {
  const network = new TrialNetwork();
  const ask = () => network.send("POST", pathOf(ENDPOINTS.ask), bearer("late"), JSON.stringify(QUERY));
  expect((await ask()).status).toBe(201);
  await network.clock.advance(86_400_000);
  expect((await ask()).status).toBe(401);
});

test("operators and auditors see everybody's queries, also those that ended long ago", async () => {
  const store = new Store(new SqliteDatabase(":memory:"));
  const network = new TrialNetwork({ store });
  const id = await network.ask();
  await network.close();
  for (const by of ["operator", "auditor"] as const) expect(await network.state(id, 0, by)).toMatchObject({ id, state: "stopped" });
  expect(await store.find(id, null)).toMatchObject({ ending: { outcome: "stopped" } });
});

const SLOW = {
  ...DEFAULT_LIMITS,
  address: { perMinute: 60, burst: 3 },
  asking: { perMinute: 60, burst: 2 },
  centre: { perMinute: 60, burst: 1 },
};

async function retryAfter(response: Response): Promise<string | null> {
  return (await verdictOf(response)) === "too-fast" ? response.headers.get("retry-after") : "in";
}

test("who shows neither token nor signature is slowed by address before anything is looked at; who shows one is not", async () => {
  const network = new TrialNetwork({ limits: SLOW });
  const guess = (from: string) => network.send("GET", pathOf(ENDPOINTS.schedules), { authorization: "Bearer guess" }, undefined, from);
  const real = (from: string) => network.send("GET", pathOf(ENDPOINTS.schedules), bearer("ann"), undefined, from);
  for (let i = 0; i < 10; i++) expect((await real("192.0.2.1")).status).toBe(200);
  expect([await guess("192.0.2.1"), await guess("192.0.2.1"), await guess("192.0.2.1")].map(({ status }) => status)).toEqual([
    401, 401, 401,
  ]);
  expect(await retryAfter(await guess("192.0.2.1"))).toBe("1");
  // The whole address waits, and no other.
  expect(await retryAfter(await real("192.0.2.1"))).toBe("1");
  expect((await guess("192.0.2.2")).status).toBe(401);
  await network.clock.advance(1_000);
  expect((await real("192.0.2.1")).status).toBe(200);
});

test("behind a reverse proxy of one's own, addresses are those that it tells", async () => {
  const network = new TrialNetwork({ limits: SLOW });
  const from = (address: string) => network.send("GET", "/v1/roster", { "x-forwarded-for": address }, undefined, "10.0.0.1");
  for (let i = 0; i < 3; i++) expect((await from("192.0.2.1")).status).toBe(200);
  expect((await from("192.0.2.1")).status).toBe(429);
  expect((await from("192.0.2.2")).status).toBe(200);
});

test("asking is slowed by requester, whatever the token", async () => {
  const network = new TrialNetwork({ limits: SLOW });
  const preview = (by: Researcher) => network.send("POST", pathOf(ENDPOINTS.preview), bearer(by), JSON.stringify(QUERY));
  expect([(await preview("ann")).status, (await preview("ann")).status]).toEqual([200, 200]);
  expect(await retryAfter(await preview("ann"))).toBe("1");
  expect((await preview("bob")).status).toBe(200);
});

test("a centre is slowed by its own signed requests, and by nobody else's", async () => {
  const network = new TrialNetwork({ limits: SLOW });
  await network.ask();
  const [a, b] = network.centres;
  expect((await a!.offers()).length).toBe(1);
  expect(await retryAfter(await a!.send(ENDPOINTS.offers, {}, {}))).toBe("1");
  expect((await b!.offers()).length).toBe(1);
});
