import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { type Identity, parseIdentity, signRequest } from "@tutti/envelope";
import { scheme } from "@tutti/platform";
import { type Endpoint, ENDPOINTS, pathOf } from "@tutti/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HandNetwork, type Started } from "./hand-network.ts";
import { liveCentres } from "./sandbox-folder.ts";

// ATTACKS 19, 22, 24 and 28 against a coordinator that is a process: what a stranger, a researcher, and a centre that is broken into can send it.

const QUERY = { dataset: "live@3", purpose: "attacks", measures: [{ id: "n", count: true }] };
const HEX = "0".repeat(64);
const GARBAGE: readonly Buffer[] = [
  Buffer.alloc(0),
  Buffer.from("null"),
  Buffer.from("[".repeat(50_000)),
  Buffer.from('{"__proto__":{"answer":{}},"offers":1,"answer":{"payload":"=","payloadType":"","signatures":[]}}'),
  Buffer.from('{"marks":[1e999,"\\ud800"],"records":[{}],"dataset":{}}'),
  randomBytes(2_000),
];

let network: HandNetwork;
let coordinator: Started;
let centre: Identity;
beforeAll(async () => {
  network = new HandNetwork(liveCentres(4, 8, 28));
  coordinator = await network.startCoordinator();
  centre = parseIdentity(readFileSync(join(network.folder, network.centres[0]!, "identity.json"), "utf8"));
});
afterAll(() => network?.remove());

/** What the coordinator answers to a request of a centre; `sent` is the body that arrives in place of the one that was signed. */
async function signed(endpoint: Endpoint, body: Buffer, sent: Buffer = body, now = 0): Promise<number> {
  const target = pathOf(endpoint, { offer: HEX, session: HEX, exchange: "1" });
  const signing = { audience: "coordinator", nowSeconds: Math.floor(Date.now() / 1_000) + now, ttlSeconds: 60, nonce: randomBytes(16) };
  const headers = {
    ...signRequest({ method: endpoint.method, target, body }, centre, signing, scheme),
    "content-type": "application/json",
  };
  return (await fetch(`${network.url}${target}`, { method: endpoint.method, headers, body: new Uint8Array(sent) })).status;
}

/** Asks with a token; gives the status. */
async function asked({ method, path }: Endpoint, body: Buffer): Promise<number> {
  const headers = { authorization: "Bearer open-sesame", "content-type": "application/json" };
  return (await fetch(`${network.url}${path}`, { method, headers, body: new Uint8Array(body) })).status;
}

async function whole(): Promise<void> {
  expect([coordinator.child.exitCode, coordinator.child.signalCode]).toEqual([null, null]);
  expect((await fetch(`${network.url}/readyz`)).status).toBe(200);
}

test("19: a request that was signed too long ago, or will be", async () => {
  for (const seconds of [-600, 600]) expect(await signed(ENDPOINTS.history, Buffer.from("{}"), undefined, seconds)).toBe(401);
});

test("22: a body that is not the signed one", async () => {
  const body = Buffer.from(JSON.stringify({ dataset: "live@3", marks: [], records: [] }));
  expect(await signed(ENDPOINTS.history, body)).toBe(200);
  for (const sent of [Buffer.from(String(body).replace("@3", "@2")), body.subarray(0, -1), Buffer.alloc(0)])
    expect(await signed(ENDPOINTS.history, body, sent)).toBe(401);
});

test.each([
  ["a field beside the query's", { ...QUERY, policy: { threshold: 1 } }],
  ["in a measure", { ...QUERY, measures: [{ ...QUERY.measures[0], threshold: 1 }] }],
  ["in a condition", { ...QUERY, where: { variable: "sex", is: "F", raw: true } }],
  ["of another project", { ...QUERY, project: "other" }],
])("24: a switch: %s", async (_, query) => {
  expect(await asked(ENDPOINTS.ask, Buffer.from(JSON.stringify(query)))).toBe(422);
});

test("24: a switch in the address, or in a header, changes no word of the offer", async () => {
  const headers = { authorization: "Bearer open-sesame", "x-tutti-threshold": "1", "x-forwarded-user": "root" };
  const response = await fetch(`${network.url}/v1/policy?threshold=1`, { headers });
  expect(await response.json()).toMatchObject({ threshold: 5 });
});

describe("28: anything at all", () => {
  test.each(Object.entries(ENDPOINTS).filter(([, { request }]) => request !== null))(
    "a centre's and a researcher's %s",
    async (_, endpoint) => {
      for (const garbage of GARBAGE) {
        const status =
          endpoint.caller === "centre" ? await signed(endpoint as Endpoint, garbage) : await asked(endpoint as Endpoint, garbage);
        expect([400, 404, 410, 413, 422]).toContain(status);
      }
      await whole();
    },
  );

  test("what is no HTTP, or never ends", async () => {
    const { port } = new URL(network.url);
    for (const text of [
      randomBytes(4_000),
      "GET / HTTP/9.9\r\n\r\n",
      `GET /${"a".repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
      `POST /v1/queries HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n`,
      `POST /v1/queries HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      "POST /v1/offers HTTP/1.1\r\nHost: x\r\nSignature-Input: tutti=((((\r\nSignature: tutti=:::\r\nContent-Length: 2\r\n\r\n{}",
    ]) {
      const closed = Promise.withResolvers<void>();
      const socket = connect(Number(port), "127.0.0.1");
      socket.on("error", () => {}).on("close", () => closed.resolve());
      socket.end(text);
      socket.resume();
      await closed.promise;
    }
    await whole();
  });

  test("paths that lead nowhere, or elsewhere", async () => {
    for (const path of [
      "/v1/rosters/-1",
      "/v1/rosters/1e9",
      "/v1/queries/..%2f..%2fetc%2fpasswd",
      "/v1/log/entries?from=-1",
      "/v1/%00",
      "/%ff",
    ])
      expect((await fetch(`${network.url}${path}`)).status).toBeLessThan(500);
    await whole();
  });
});
