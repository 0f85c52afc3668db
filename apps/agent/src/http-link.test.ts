import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createIdentity, fromUtf8, HttpSignatureFault, verifyRequest } from "@tutti/envelope";
import { problem, type ProblemName, signMessage, STOP } from "@tutti/protocol";
import { HttpLink } from "./http-link.ts";
import { LinkFault } from "./link-fault.ts";
import { random, scheme, sha256 } from "@tutti/platform";

interface Seen {
  readonly method: string;
  readonly target: string;
  readonly type: string | undefined;
  readonly body: Buffer;
  /** Who signed it, by the coordinator's own check. */
  readonly signedBy: string;
  readonly nonce: string;
}

const identity = createIdentity("Hôpital Necker", random);
const envelope = signMessage(STOP, { session: "s", centre: identity.name, cause: "late", blame: [] }, identity, scheme);
const offerHash = `sha256:${"a".repeat(64)}`;

let server: Server;
let seen: Seen[];
let replies: ((response: ServerResponse) => void)[];
let sockets: Set<unknown>;
let asked: AbortController;
let link: HttpLink;

beforeEach(async () => {
  seen = [];
  replies = [];
  sockets = new Set();
  server = createServer((request, response) => void take(request, response));
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  asked = new AbortController();
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  link = new HttpLink({ address, coordinator: "coordinator", identity, scheme, sha256, random, nowMs: Date.now, signal: asked.signal });
});
afterEach(() => {
  asked.abort();
  server.closeAllConnections();
  server.close();
});

async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const method = request.method!;
  const target = request.url!;
  const headers = { get: (name: string) => request.headers[name] as string | undefined };
  const by = verified(() =>
    verifyRequest(
      { method, target, body, headers },
      (keyid) => (keyid === identity.name ? identity.publicKey : null),
      { audience: "coordinator", nowSeconds: Date.now() / 1_000, skewSeconds: 5, sha256 },
      scheme,
    ),
  );
  seen.push({ method, target, type: request.headers["content-type"], body, ...by });
  const reply = replies.shift();
  if (reply === undefined) response.destroy();
  else reply(response);
}

function verified(verify: () => { keyid: string; nonce: string }): { signedBy: string; nonce: string } {
  try {
    const { keyid, nonce } = verify();
    return { signedBy: keyid, nonce };
  } catch (fault) {
    if (fault instanceof HttpSignatureFault) return { signedBy: fault.kind, nonce: "" };
    throw fault;
  }
}

const json = (value: unknown) => (response: ServerResponse) =>
  void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
const octets = (bytes: Uint8Array) => (response: ServerResponse) => void response.writeHead(200).end(bytes);
const status =
  (code: number, body = "") =>
  (response: ServerResponse) =>
    void response.writeHead(code).end(body);
const cut = (response: ServerResponse) => void response.destroy();
const said = (name: ProblemName, outcome?: string) => (response: ServerResponse) => {
  const value = problem(name, "what to do", outcome);
  response.writeHead(value.status, { "content-type": "application/problem+json" }).end(JSON.stringify(value));
};

function soon(ms = 2_000): number {
  return Date.now() + ms;
}

async function faultOf(work: Promise<unknown>): Promise<string> {
  const fault: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  );
  return fault instanceof LinkFault ? `${fault.kind} ${fault.outcome ?? ""}`.trim() : String(fault);
}

test("every request of a centre is signed for the coordinator, and a roster is asked for without a signature", async () => {
  replies = [
    json(envelope),
    json({ offers: [envelope] }),
    json({ formation: envelope }),
    octets(Buffer.from("delivery")),
    json({ release: null }),
    json({ release: envelope }),
    json({ items: [] }),
    json({}),
  ];
  expect(await link.roster(soon())).toEqual(envelope);
  expect(await link.offers()).toEqual([envelope]);
  expect(await link.accept(offerHash, envelope, soon())).toEqual(envelope);
  expect(fromUtf8(await link.exchange("cafe", 7, Buffer.from("bundle"), soon()))).toBe("delivery");
  expect(await link.release("cafe", envelope, soon())).toEqual(envelope);
  expect(await link.history("iph@1", ["a mark"], [], soon())).toEqual([]);
  await link.stop(offerHash, envelope, soon());
  expect(seen.map(({ method, target, type, signedBy }) => [method, target, type, signedBy])).toEqual([
    ["GET", "/v1/roster", undefined, "missing"],
    ["POST", "/v1/offers", "application/json", identity.name],
    ["POST", `/v1/offers/${"a".repeat(64)}/answers`, "application/json", identity.name],
    ["POST", "/v1/sessions/cafe/exchanges/7", "application/octet-stream", identity.name],
    ["POST", "/v1/sessions/cafe/releases", "application/json", identity.name],
    ["POST", "/v1/sessions/cafe/releases", "application/json", identity.name],
    ["POST", "/v1/history", "application/json", identity.name],
    ["POST", `/v1/sessions/${"a".repeat(64)}/stops`, "application/json", identity.name],
  ]);
  expect(seen[3]!.body.toString()).toBe("bundle");
  expect(sockets.size).toBe(1);
});

test("a bundle that got no answer is posted again: the same bytes, another nonce", async () => {
  replies = [cut, status(502, "<html>"), said("too-many"), octets(new Uint8Array(0)), octets(Buffer.from("delivery"))];
  await link.exchange("cafe", 0, Buffer.from("bundle"), soon());
  expect(seen).toHaveLength(5);
  expect(new Set(seen.map(({ body }) => body.toString()))).toEqual(new Set(["bundle"]));
  expect(new Set(seen.map(({ nonce }) => nonce)).size).toBe(5);
  expect(new Set(seen.map(({ signedBy }) => signedBy))).toEqual(new Set([identity.name]));
});

test("a coordinator that asks for a pause gets it", async () => {
  const value = problem("too-fast", "wait");
  const pause = (response: ServerResponse) =>
    void response.writeHead(429, { "content-type": "application/problem+json", "retry-after": "1" }).end(JSON.stringify(value));
  replies = [pause, octets(Buffer.from("delivery"))];
  const began = performance.now();
  await link.exchange("cafe", 0, Buffer.from("bundle"), soon(5_000));
  // A timer may fire a little early.
  expect(performance.now() - began).toBeGreaterThan(990);
  replies = [pause];
  const fault: unknown = await link.offers().catch((error: unknown) => error);
  expect(fault).toMatchObject({ kind: "too-fast", retryAfterMs: 1_000 });
});

test("a clock that is too far off is named, with how far and which way; one within two minutes is not", async () => {
  const dated = (offMs: number) => (response: ServerResponse) =>
    void response
      .writeHead(401, { "content-type": "application/problem+json", date: new Date(Date.now() + offMs).toUTCString() })
      .end(JSON.stringify(problem("not-signed", "the signature has expired")));
  replies = [dated(600_000), dated(-600_000), dated(60_000)];
  const told = async (): Promise<string> => ((await link.offers().catch((error: unknown) => error)) as Error).message;
  expect(await told()).toMatch(/^this machine's clock is (599|600|601) s behind the coordinator's, and 120 s are allowed: .*NTP/);
  expect(await told()).toMatch(/^this machine's clock is (599|600|601) s ahead of the coordinator's/);
  expect(await told()).toBe("the signature has expired");
});

test("an acceptance is handed in again until there is a formation", async () => {
  replies = [json({ formation: null }), json({ formation: envelope })];
  expect(await link.accept(offerHash, envelope, soon())).toEqual(envelope);
  expect(seen.map(({ body }) => JSON.parse(body.toString()))).toEqual([{ answer: envelope }, { answer: envelope }]);
});

test.each([
  [said("ended", "tooFewCentres"), "ended tooFewCentres"],
  [said("too-late"), "too-late"],
  [said("not-signed"), "not-signed"],
  [said("stopping"), "stopping"],
  [status(404, "<html>"), "unlike"],
  [status(301), "unlike"],
  [json({ formation: envelope, more: 1 }), "unlike"],
  [octets(Buffer.from("not JSON")), "unlike"],
])("an answer that is the last word is not asked for again (%#)", async (reply, fault) => {
  replies = [reply];
  expect(await faultOf(link.accept(offerHash, envelope, soon()))).toBe(fault);
  expect(seen).toHaveLength(1);
});

test("a wait ends at its deadline, whether nobody answers or the answer never ends", async () => {
  replies = [];
  expect(await faultOf(link.exchange("cafe", 0, Buffer.from("bundle"), soon(150)))).toBe("unreachable");
  replies = [(response) => void response.writeHead(200).write("begun")];
  const began = performance.now();
  expect(await faultOf(link.exchange("cafe", 0, Buffer.from("bundle"), soon(150)))).toBe("unreachable");
  expect(performance.now() - began).toBeLessThan(1_500);
});

test("when the agent ends, its waits end", async () => {
  replies = [() => {}];
  const waiting = faultOf(link.exchange("cafe", 0, Buffer.from("bundle"), soon(60_000)));
  while (seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  asked.abort();
  expect(await waiting).toBe("unreachable");
});

test("offers are asked for once, and it is known when the request is on its way", async () => {
  let sent = false;
  replies = [cut];
  expect(await faultOf(link.offers(() => (sent = true)))).toBe("unreachable");
  expect(sent).toBe(true);
  expect(seen).toHaveLength(1);
});
