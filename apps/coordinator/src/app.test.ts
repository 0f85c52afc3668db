import { toUtf8 } from "@tutti/envelope";
import { ENDPOINTS, pathOf, type Problem, problemName, type ProblemName } from "@tutti/protocol";
import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { expect, test } from "vitest";
import { settled } from "./trial/trial-clock.ts";
import { DATASET, QUERY } from "./trial/trial-dataset.ts";
import { TrialNetwork } from "./trial/trial-network.ts";
import { bearer } from "./trial/trial-tokens.ts";

const ASK = pathOf(ENDPOINTS.ask);
const PREVIEW = pathOf(ENDPOINTS.preview);
const OFFERS = pathOf(ENDPOINTS.offers);
const EMPTY = toUtf8("{}");

async function nameOf(response: Response): Promise<ProblemName | null> {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const problem = (await response.json()) as Problem;
  expect(problem.status).toBe(response.status);
  return problemName(problem);
}

test.each<readonly [string, ProblemName, (network: TrialNetwork) => Promise<Response>]>([
  ["an unknown address", "not-found", (n) => n.send("GET", "/v2/queries")],
  ["another method", "not-found", (n) => n.send("DELETE", ASK)],
  ["no token", "no-token", (n) => n.send("POST", ASK, {}, JSON.stringify(QUERY))],
  ["an unknown token", "no-token", (n) => n.send("POST", ASK, { authorization: "Bearer guess" }, JSON.stringify(QUERY))],
  ["another way to show a token", "no-token", (n) => n.send("POST", ASK, { authorization: "Basic dG9rZW4=" }, JSON.stringify(QUERY))],
  ["a query that is not JSON", "not-understood", (n) => n.send("POST", ASK, bearer("ann"), "{")],
  ["a query that is not UTF-8", "not-understood", (n) => n.send("POST", ASK, bearer("ann"), new Uint8Array([0x22, 0xff, 0x22]))],
  ["a query without a length", "not-understood", (n) => n.send("POST", ASK, { ...bearer("ann"), "content-length": "many" }, "{}")],
  ["a query that is too large", "too-large", (n) => n.send("POST", ASK, bearer("ann"), "x".repeat(300_000))],
  [
    "an unknown variable",
    "query-invalid",
    (n) => n.send("POST", ASK, bearer("ann"), JSON.stringify({ ...QUERY, measures: [{ id: "x", proportion: "sik" }] })),
  ],
  ["another version", "query-invalid", (n) => n.send("POST", ASK, bearer("ann"), JSON.stringify({ ...QUERY, dataset: "small@2" }))],
  ["a preview without a token", "no-token", (n) => n.send("POST", PREVIEW, {}, JSON.stringify(QUERY))],
  [
    "a preview of another version",
    "query-invalid",
    (n) => n.send("POST", PREVIEW, bearer("ann"), JSON.stringify({ ...QUERY, dataset: "small@2" })),
  ],
  ["schedules without a token", "no-token", (n) => n.send("GET", pathOf(ENDPOINTS.schedules))],
  ["an unknown query", "not-found", (n) => n.send("GET", pathOf(ENDPOINTS.state, { query: "0" }), bearer("ann"))],
  [
    "a place that is no number",
    "not-understood",
    (n) => n.send("GET", `${pathOf(ENDPOINTS.state, { query: "0" })}?seen=-1`, bearer("ann")),
  ],
  ["an unsigned request", "not-signed", (n) => n.send("POST", OFFERS, {}, EMPTY)],
  ["a token in place of a signature", "not-signed", (n) => n.send("POST", OFFERS, bearer("ann"), EMPTY)],
  [
    "a request signed for another receiver",
    "not-signed",
    (n) => n.send("POST", OFFERS, n.centres[0]!.signed("POST", OFFERS, EMPTY, "other"), EMPTY),
  ],
  [
    "a request signed for another address",
    "not-signed",
    (n) => n.send("POST", OFFERS, n.centres[0]!.signed("POST", "/v1/other", EMPTY), EMPTY),
  ],
  ["a body that was altered", "not-signed", (n) => n.send("POST", OFFERS, n.centres[0]!.signed("POST", OFFERS, EMPTY), toUtf8("{ }"))],
  [
    "a centre of another network",
    "not-signed",
    (n) => n.send("POST", OFFERS, new TrialNetwork().centres[0]!.signed("POST", OFFERS, EMPTY), EMPTY),
  ],
  ["an unknown member", "not-understood", (n) => n.centres[0]!.send(ENDPOINTS.offers, {}, { all: true })],
  [
    "an answer to no offer",
    "ended",
    (n) =>
      n.centres[0]!.send(
        ENDPOINTS.answer,
        { offer: "00" },
        { answer: { payloadType: "x", payload: "", signatures: [{ keyid: "a", sig: "x".repeat(88) }] } },
      ),
  ],
  ["a bundle of no session", "ended", (n) => n.centres[0]!.send(ENDPOINTS.exchange, { session: "00", exchange: "0" }, EMPTY)],
  [
    "an exchange that is no number",
    "not-understood",
    (n) => n.centres[0]!.send(ENDPOINTS.exchange, { session: "00", exchange: "first" }, EMPTY),
  ],
])("%s is the problem %s", async (_, name, send) => {
  const network = new TrialNetwork();
  expect(await nameOf(await send(network))).toBe(name);
  expect(network.logged.join()).not.toContain("mistake");
});

test("a query that does not fit names the place and the nearest name", async () => {
  const query = { ...QUERY, measures: [{ id: "x", proportion: "sik" }] };
  const response = await new TrialNetwork().send("POST", ASK, bearer("ann"), JSON.stringify(query));
  expect(((await response.json()) as Problem).detail).toMatch(/at measures\[0\].proportion: .*sick/);
});

test("a signed request counts once", async () => {
  const network = new TrialNetwork();
  await network.ask();
  const headers = network.centres[0]!.signed("POST", OFFERS, EMPTY);
  expect((await network.send("POST", OFFERS, headers, EMPTY)).status).toBe(200);
  expect(await nameOf(await network.send("POST", OFFERS, headers, EMPTY))).toBe("not-signed");
});

test("who is not let in has no byte of their body read", async () => {
  const network = new TrialNetwork();
  const [centre] = network.centres;
  const signed = centre!.signed("POST", OFFERS, EMPTY);
  const other = new TrialNetwork().centres[0]!.signed("POST", OFFERS, EMPTY);
  const sentWith = async (headers: Readonly<Record<string, string>>) => {
    let read = false;
    const body = new ReadableStream({ pull: (stream) => ((read = true), stream.enqueue(EMPTY), stream.close()) }, { highWaterMark: 0 });
    const init = { method: "POST", headers: { "content-length": "2", ...headers }, body, duplex: "half" as const };
    const { status } = await network.app.request(`http://coordinator${OFFERS}`, init);
    return [status, read];
  };
  expect(await sentWith({})).toEqual([401, false]);
  expect(await sentWith(other)).toEqual([401, false]);
  await network.ask();
  expect(await sentWith(signed)).toEqual([200, true]);
  expect(await sentWith(signed)).toEqual([401, false]);
  await network.clock.advance(181_000);
  expect(await sentWith(centre!.signed("POST", "/v1/other", EMPTY))).toEqual([401, false]);
});

test("a signed request that is too old does not count", async () => {
  const network = new TrialNetwork();
  const headers = network.centres[0]!.signed("POST", OFFERS, EMPTY);
  await network.clock.advance(181_000);
  expect(await nameOf(await network.send("POST", OFFERS, headers, EMPTY))).toBe("not-signed");
});

test("one researcher does not see another's query, not even that it is there", async () => {
  const network = new TrialNetwork();
  const id = await network.ask();
  const target = pathOf(ENDPOINTS.state, { query: id });
  const others = await network.send("GET", target, bearer("bob"));
  const nobodys = await network.send("GET", pathOf(ENDPOINTS.state, { query: "0" }), bearer("bob"));
  expect(await others.text()).toBe(await nobodys.text());
});

test("what anybody may read", async () => {
  const network = new TrialNetwork();
  const read = async (path: string) => (await network.send("GET", path)).json();
  expect(await read("/healthz")).toEqual({ status: "ok" });
  expect(await read("/v1/policy")).toMatchObject({ threshold: 5 });
  expect(await read("/v1/datasets")).toEqual([DATASET]);
  expect(await read("/v1/roster")).toMatchObject({ payloadType: "application/vnd.tutti.1.roster+json" });
});

test("every answer has the fields of hono/secure-headers, and is not for a browser to keep", async () => {
  const secure = new Hono().use(secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"] } })).get("/", (c) => c.text(""));
  const wanted = [...(await secure.request("/")).headers.keys()].filter((name) => name !== "content-type");
  expect(wanted).toContain("x-content-type-options");
  const network = new TrialNetwork();
  const answers = [
    network.send("GET", "/healthz"),
    network.send("GET", "/nowhere"),
    network.send("POST", ASK, bearer("ann"), JSON.stringify(QUERY)),
    network.send("POST", ASK, {}, "{}"),
    network.send("OPTIONS", ASK),
    network.centres[0]!.send(ENDPOINTS.exchange, { session: "00", exchange: "0" }, EMPTY),
  ];
  for (const answer of answers) {
    const { headers } = await answer;
    expect([...headers.keys()]).toEqual(expect.arrayContaining(wanted));
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("access-control-allow-origin")).toBeNull();
  }
});

test("pages of an origin that is configured may call, and of no other", async () => {
  const network = new TrialNetwork();
  const asked = (origin: string) =>
    network.send("OPTIONS", ASK, { origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization" });
  const allowed = await asked("https://portal.example");
  expect(allowed.headers.get("access-control-allow-origin")).toBe("https://portal.example");
  expect(allowed.headers.get("access-control-allow-credentials")).toBeNull();
  expect((await asked("https://other.example")).headers.get("access-control-allow-origin")).toBeNull();
});

test("a wait for offers ends after 25 s with none, and an earlier one of the same centre when it asks anew", async () => {
  const network = new TrialNetwork();
  const [centre] = network.centres;
  const first = centre!.offers();
  await settled();
  const second = centre!.offers();
  expect(await first).toEqual([]);
  await network.clock.advance(25_000);
  expect(await second).toEqual([]);
});

test("logs hold no token, no key and no query", async () => {
  const network = new TrialNetwork();
  await network.ask();
  await network.close();
  expect(network.logged.join("\n")).toContain("asked");
  expect(network.logged.join("\n")).not.toMatch(/token-of|"trial"|measures/);
});
