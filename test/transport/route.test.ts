import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HttpLink, LinkFault, readRoute, type Route, StartProblem } from "@tutti/agent";
import { createIdentity, signEnvelope, LABELS } from "@tutti/envelope";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { scheme, sha256 } from "@tutti/platform";
import { createAuthority } from "./certificates.ts";
import { type ForwardProxy, startForwardProxy } from "./forward-proxy.ts";

// From a hospital to its coordinator: through a proxy that asks for a password, to a certificate that only the hospital's own authority knows.

const PASSWORD = "open sésame: 50 %@/";
const folder = mkdtempSync(join(tmpdir(), "route-"));
const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const authority = createAuthority("Hospital Root");
const authorityFile = write("ca.pem", authority.certificate);
const identity = createIdentity("Necker", randomBytes);
const roster = signEnvelope(LABELS.roster, { a: 1 }, [identity], scheme);
const ended = new AbortController();
const servers: Server[] = [];
let proxy: ForwardProxy;
let honest: string;

beforeAll(async () => {
  honest = await serverWith(["localhost", "127.0.0.1"]);
});
beforeEach(async () => {
  proxy = await startForwardProxy("necker", PASSWORD);
});
afterEach(() => proxy.stop());
afterAll(() => {
  ended.abort();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true });
});

/** A coordinator of which only the roster is there; gives its address. */
async function serverWith(names: readonly string[], expired = false): Promise<string> {
  const { certificate, key } = authority.issue(names, expired);
  const server = createServer({ cert: certificate, key }, (_, response) => response.end(JSON.stringify(roster)));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `https://localhost:${(server.address() as AddressInfo).port}`;
}

/** What a link says when it asks for the roster, or that it got it. */
async function asked(address: string, route: Route, waitMs = 10_000): Promise<string> {
  const parts = {
    address,
    coordinator: "coordinator",
    identity,
    scheme,
    sha256,
    random: randomBytes,
    nowMs: Date.now,
    signal: ended.signal,
    route,
  };
  const link = new HttpLink(parts);
  try {
    expect(await link.roster(Date.now() + waitMs)).toEqual(roster);
    return "answered";
  } catch (fault) {
    expect(fault).toBeInstanceOf(LinkFault);
    return `${(fault as LinkFault).kind}: ${(fault as LinkFault).message}`;
  }
}

const entry = (password: string) => ({ url: proxy.url, user: "necker", passwordFile: write("password", `${password}\n`) });

test("a proxy that asks for a password is passed, on connections that stay open", async () => {
  const route = readRoute(entry(PASSWORD), authorityFile);
  expect(await asked(honest, route)).toBe("answered");
  expect(proxy.asked).toEqual([{ target: honest.slice("https://".length), let: true }]);
});

test.each([
  [
    "a wrong password",
    () => entry("guess"),
    "blocked: .*does not accept user and password: check proxy.user, and the password in proxy.passwordFile",
  ],
  ["no password", () => ({ url: proxy.url }), "blocked: .*does not accept user and password"],
])("%s is said at once and tried once", async (_, proxied, message) => {
  const said = await asked(honest, readRoute(proxied(), authorityFile));
  expect(said).toMatch(new RegExp(message));
  expect(said).not.toMatch(/guess|sésame/);
  expect(proxy.asked).toHaveLength(1);
});

test("a proxy that does not let this machine through is named", async () => {
  const strict = await startForwardProxy("somebody", "else", 403);
  expect(await asked(honest, readRoute({ url: strict.url }, authorityFile))).toMatch(/blocked: .*refuses to connect to it \(status 403\)/);
  strict.stop();
});

test("a proxy that is not there is waited for", async () => {
  const gone = proxy.url;
  proxy.stop();
  expect(await asked(honest, readRoute({ url: gone }, authorityFile), 300)).toMatch(
    /unreachable: .*refused: is the coordinator, or the proxy, running/,
  );
});

test("the hospital's own authority counts, and without it the message says what to name", async () => {
  expect(await asked(honest, readRoute(undefined, authorityFile))).toBe("answered");
  expect(await asked(honest, readRoute(undefined, undefined))).toMatch(
    /blocked: .*authority that this machine does not know.*certificateAuthority/,
  );
  const another = write("another.pem", createAuthority("Hospital Root").certificate);
  expect(await asked(honest, readRoute(undefined, another))).toMatch(/blocked: .*authority that this machine does not know/);
});

test.each([
  ["of another name", ["elsewhere.example"], false, /another name: check the address/],
  ["that has expired", ["localhost"], true, /certificate has expired/],
])("a certificate %s does not count", async (_, names, expired, message) => {
  expect(await asked(await serverWith(names, expired), readRoute(undefined, authorityFile))).toMatch(message);
});

test("what answers without TLS is named", async () => {
  expect(await asked(proxy.url.replace("http:", "https:"), readRoute(undefined, undefined))).toMatch(/blocked: .*does not speak TLS/);
});

test.each([
  ["none.pem", null, /none\.pem can't be read/],
  ["text.pem", "hello", /text\.pem holds no certificate in PEM/],
  ["server.pem", authority.issue(["localhost"]).certificate, /server\.pem is the certificate of a server, not of an authority/],
])("%s in place of an authority keeps the agent from starting", (name, text, message) => {
  if (text !== null) write(name, text);
  expect(() => readRoute(undefined, join(folder, name))).toThrow(StartProblem);
  expect(() => readRoute(undefined, join(folder, name))).toThrow(message);
});
