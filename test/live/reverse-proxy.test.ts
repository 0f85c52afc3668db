import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { parseIdentity, signRequest } from "@tutti/envelope";
import { scheme } from "@tutti/platform";
import { type Endpoint, ENDPOINTS, pathOf } from "@tutti/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAuthority } from "../transport/certificates.ts";
import { tutti } from "./command.ts";
import { freePort } from "./free-port.ts";
import { HandNetwork, type Started } from "./hand-network.ts";
import { blockOf, isInstalled, PageProxy, PROXY_PROGRAMS } from "./page-proxy.ts";
import { liveCentres } from "./sandbox-folder.ts";

// The blocks of docs/operating.md for a reverse proxy before the coordinator, run by the programs that they are for: one coordinator behind all of
// them, hospitals and researchers before them, over TLS under an authority that no machine knows. Only addresses, ports and paths are others than
// on the page.

const installed = PROXY_PROGRAMS.filter(isInstalled);
for (const program of PROXY_PROGRAMS.filter((one) => !installed.includes(one)))
  process.stderr.write(`reverse-proxy: there is no ${program} here, so its block is not run\n`);

const QUERY = { dataset: "live@3", purpose: "behind a reverse proxy", measures: [{ id: "n", count: true }] };
/** What an address may ask at once without being known; agents ask some of it. */
const BURST = 200;
const MAX_BUNDLE_BYTES = 256 * 1024 * 1024;
const authority = createAuthority("Network Root");
const folder = mkdtempSync(join(tmpdir(), "tutti-reverse-proxy-"));
const certificateAuthority = join(folder, "ca.pem");
const agent = new Agent({ keepAlive: true, ca: authority.certificate, servername: "localhost" });
const centres = liveCentres(4 + installed.length, 20, 11);
/** A release of all centres that have an agent. */
const ALL: unknown = expect.objectContaining({ centres: { invited: centres.size, contributed: 4, finished: 4 } });
const proxies = new Map<string, PageProxy>();
let network: HandNetwork;
let coordinator: Started;

interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly text: string;
}

/** How a request is sent otherwise than by GET, without a body, from this machine's own address. */
interface Sending {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: Uint8Array | Readable;
  readonly from?: string;
}

/** Sends a request by a proxy, over TLS; an answer may come before the whole of the body was sent. */
async function send(
  program: string,
  path: string,
  { method = "GET", headers = {}, body = new Uint8Array(0), from }: Sending = {},
): Promise<Answer> {
  const { host, port } = new URL(proxies.get(program)!.url);
  const length = body instanceof Readable ? {} : { "content-length": body.length };
  const sent = request({ host: "127.0.0.1", port, path, method, headers: { ...length, ...headers, host }, agent, localAddress: from });
  sent.on("error", () => {});
  if (body instanceof Readable) body.pipe(sent);
  else sent.end(body);
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of answer.setEncoding("utf8")) text += chunk;
  if (!sent.writableFinished) sent.destroy();
  return { status: answer.statusCode!, type: answer.headers["content-type"], text };
}

/** How a researcher's command ends, and the release that it prints. */
async function asked(program: string): Promise<readonly [number | null, unknown]> {
  const { url } = proxies.get(program)!;
  const { code, stdout, stderr } = await tutti(
    "query",
    join(folder, "q.json"),
    "--coordinator",
    url,
    "--token",
    "open-sesame",
    "--json",
    "--quiet",
  );
  return [code, code === 0 ? JSON.parse(stdout) : stderr];
}

/** How many centres wait for offers, as the coordinator's metrics say. */
async function present({ ready }: Started): Promise<number> {
  const text = await (await fetch(String(ready["metricsUrl"]))).text();
  return Number(/^tutti_centres_present (\d+)$/m.exec(text)![1]);
}

function* zeros(bytes: number): Generator<Buffer> {
  const some = Buffer.alloc(64 * 1024);
  for (let left = bytes; left > 0; left -= some.length) yield some.subarray(0, left);
}

/** Where a request to an endpoint goes, and the request, signed by a centre that has no agent: another for each proxy. */
function signed(
  program: (typeof installed)[number],
  endpoint: Endpoint,
  body: Uint8Array,
): readonly [string, Required<Omit<Sending, "from">>] {
  const centre = network.centres[4 + installed.indexOf(program)]!;
  const identity = parseIdentity(readFileSync(join(network.folder, centre, "identity.json"), "utf8"));
  const { method } = endpoint;
  const target = pathOf(endpoint, { session: "0".repeat(32), exchange: "1" });
  const signing = { audience: "coordinator", nowSeconds: Math.floor(Date.now() / 1_000), ttlSeconds: 60, nonce: randomBytes(16) };
  return [target, { method, headers: { ...signRequest({ method, target, body }, identity, signing, scheme) }, body }];
}

describe.skipIf(installed.length === 0)("behind what is installed", () => {
  beforeAll(async () => {
    writeFileSync(certificateAuthority, authority.certificate);
    writeFileSync(join(folder, "q.json"), JSON.stringify(QUERY));
    const port = await freePort();
    const said = JSON.parse(blockOf("json", { "8443": String(port) })) as object;
    network = new HandNetwork(centres, { ...said, metrics: { port: 0 }, limits: { address: { perMinute: 1, burst: BURST } } });
    coordinator = await network.startCoordinator();
    for (const program of installed) proxies.set(program, await PageProxy.start(program, port, authority.issue(["localhost"])));
    await Promise.all(
      network.centres.slice(0, 4).map((centre, i) => {
        network.comeBy(proxies.get(installed[i % installed.length]!)!.url);
        return network.startAgent(centre, { certificateAuthority });
      }),
    );
    process.env["NODE_EXTRA_CA_CERTS"] = certificateAuthority;
  });
  afterAll(async () => {
    delete process.env["NODE_EXTRA_CA_CERTS"];
    agent.destroy();
    await network?.remove();
    await Promise.all([...proxies.values()].map((proxy) => proxy.stop()));
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(installed)("%s: a researcher is answered, by all centres that have an agent", async (program) => {
    expect(await asked(program)).toEqual([0, ALL]);
  });

  test("a centre waits for offers as long as the coordinator has it wait, and is told that there are none", async () => {
    const told = await Promise.all(installed.map((program) => send(program, ...signed(program, ENDPOINTS.offers, Buffer.from("{}")))));
    expect(told.map(({ status, text }) => [status, text])).toEqual(installed.map(() => [200, '{"offers":[]}']));
  });

  test.each(installed)("%s: a large bundle arrives as it was signed", async (program) => {
    const { status, text } = await send(program, ...signed(program, ENDPOINTS.exchange, randomBytes(8 * 1024 * 1024)));
    expect([status, JSON.parse(text)]).toMatchObject([410, { type: "https://tutti.dev/problems/ended" }]);
  });

  test.each(installed)("%s: a query beyond its limit is refused by the coordinator, in its own words", async (program) => {
    const headers = { authorization: "Bearer open-sesame", "content-type": "application/json" };
    const { path, method } = ENDPOINTS.ask;
    const { status, type, text } = await send(program, path, { method, headers, body: Buffer.alloc(256 * 1024 + 1, " ") });
    expect([status, type]).toEqual([413, "application/problem+json"]);
    expect(JSON.parse(text)).toMatchObject({ detail: "this request may have 262144 bytes at most" });
  });

  test.each(installed)("%s: a bundle beyond its limit is refused before all of it is there", async (program) => {
    const [target, sending] = signed(program, ENDPOINTS.exchange, new Uint8Array(0));
    const headers = { ...sending.headers, "content-length": MAX_BUNDLE_BYTES + 1 };
    const body = Readable.from(zeros(MAX_BUNDLE_BYTES + 1));
    const { status } = await send(program, target, { ...sending, headers, body });
    expect([status, body.readableEnded]).toEqual([413, false]);
  });

  test.each(installed)("%s: each address has a limit of its own, whatever it says of itself", async (program) => {
    const address = (last: number) => `127.0.${1 + installed.indexOf(program)}.${last}`;
    const ready = async (from: string, said: number) =>
      (await send(program, "/readyz", { from, headers: { "x-forwarded-for": `198.51.100.${said}` } })).status;
    for (let i = 0; i < BURST; i++) expect(await ready(address(1), i)).toBe(200);
    expect([await ready(address(1), 255), await ready(address(2), 255)]).toEqual([429, 200]);
  });

  test("the coordinator is started anew: agents and researchers are back", async () => {
    coordinator.child.kill("SIGTERM");
    await coordinator.code;
    for (const program of installed) expect((await send(program, "/readyz")).status).toBe(502);
    const anew = await network.startCoordinator();
    await expect.poll(() => present(anew), { timeout: 30_000 }).toBe(4);
    for (const program of installed) expect(await asked(program)).toEqual([0, ALL]);
  });
});
