import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomBytes, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { connect } from "node:tls";
import { fileURLToPath } from "node:url";
import { createIdentity, formatIdentity, publicIdentity } from "@tutti/envelope";
import { firstRoster, ROSTER, signMessage } from "@tutti/protocol";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { tutti } from "../live/command.ts";
import { liveCentres, removeSandboxes, writeSandbox } from "../live/sandbox-folder.ts";
import { scheme } from "@tutti/platform";
import { type Certified, createAuthority } from "./certificates.ts";
import { startForwardProxy } from "./forward-proxy.ts";

// Real processes over TLS, under an authority that no machine knows: a coordinator, and centres of which one is behind a proxy.

const COORDINATOR = fileURLToPath(new URL("../../apps/coordinator/src/main.ts", import.meta.url));
const AGENT = fileURLToPath(new URL("../../apps/agent/src/main.ts", import.meta.url));
const QUERY = { dataset: "live@3", purpose: "over TLS", measures: [{ id: "n", count: true }] };
const authority = createAuthority("Network Root");
const centres = liveCentres(4, 20, 7);
const data = writeSandbox(centres, [QUERY]);
const folder = mkdtempSync(join(tmpdir(), "tls-"));
const put = (name: string, value: unknown): string => {
  writeFileSync(join(folder, name), typeof value === "string" ? value : JSON.stringify(value), { mode: 0o600 });
  return join(folder, name);
};
const children: ChildProcess[] = [];

const coordinator = createIdentity("coordinator", randomBytes);
const identities = [...centres.keys()].map((name) => createIdentity(name, randomBytes));
const roster = put(
  "roster.json",
  signMessage(
    ROSTER,
    firstRoster({ network: "tls", coordinator: publicIdentity(coordinator), centres: identities.map(publicIdentity) }),
    coordinator,
    scheme,
  ),
);
const tls = { certificate: join(folder, "server.pem"), key: join(folder, "server.key") };
const CONFIG = {
  listen: { host: "127.0.0.1", port: 0 },
  tls,
  identity: put("coordinator-identity.json", formatIdentity(coordinator)),
  roster,
  datasets: [join(data, "dataset.json")],
  store: ":memory:",
  tokens: [{ name: "ann", hash: `sha256:${createHash("sha256").update("open-sesame").digest("hex")}` }],
  exitWithParent: true,
};

beforeEach(() => serveWith(authority.issue(["localhost"])));
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  removeSandboxes();
});

function serveWith({ certificate, key }: Certified): void {
  writeFileSync(tls.certificate, certificate);
  writeFileSync(tls.key, key);
}

interface Started {
  readonly child: ChildProcess;
  readonly line: { readonly ready: boolean; readonly url?: string; readonly problem?: string };
  /** The lines of its log so far. */
  readonly log: () => string;
}

async function start(program: string, config: string): Promise<Started> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, "--config", config], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  children.push(child);
  let log = "";
  child.stderr.on("data", (chunk) => (log += chunk));
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return { child, line: JSON.parse(line) as Started["line"], log: () => log };
}

/** The certificate that is shown at an address, whoever signed it. */
async function shownAt(url: string): Promise<X509Certificate> {
  const socket = connect({ host: "localhost", port: Number(new URL(url).port), rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const shown = socket.getPeerX509Certificate()!;
  socket.destroy();
  return shown;
}

test("a renewed certificate is served from SIGHUP on; one that does not fit its key is not, and the old one stays", async () => {
  const { child, line, log } = await start(COORDINATOR, put("coordinator.json", CONFIG));
  expect(line).toMatchObject({ ready: true, url: expect.stringMatching(/^https:/) });
  const first = await shownAt(line.url!);
  expect(first.checkIssued(new X509Certificate(authority.certificate))).toBe(true);
  const renewed = authority.issue(["localhost"]);
  writeFileSync(tls.certificate, renewed.certificate);
  child.kill("SIGHUP");
  await expect.poll(log).toContain("the old certificate stays");
  expect((await shownAt(line.url!)).fingerprint256).toBe(first.fingerprint256);
  writeFileSync(tls.key, renewed.key);
  child.kill("SIGHUP");
  await expect.poll(log).toContain("the certificate was read again");
  expect((await shownAt(line.url!)).fingerprint256).toBe(new X509Certificate(renewed.certificate).fingerprint256);
  expect(log()).not.toMatch(/PRIVATE|open-sesame/);
});

test("a certificate without its key keeps the coordinator from starting", async () => {
  writeFileSync(tls.key, authority.issue(["localhost"]).key);
  const { line } = await start(COORDINATOR, put("coordinator.json", CONFIG));
  expect(line).toMatchObject({ ready: false, problem: expect.stringContaining("use the two that belong together") });
});

test("a network over TLS under its own authority answers, with one centre behind a proxy that asks for a password", async () => {
  const { line } = await start(COORDINATOR, put("coordinator.json", CONFIG));
  const url = line.url!.replace("127.0.0.1", "localhost");
  const certificateAuthority = put("ca.pem", authority.certificate);
  const proxy = await startForwardProxy("centre-01", "a password");
  const agents = await Promise.all(
    identities.map(({ name }, i) =>
      start(
        AGENT,
        put(`agent-${i}.json`, {
          centre: name,
          coordinator: url,
          certificateAuthority,
          ...(i > 0 ? {} : { proxy: { url: proxy.url, user: "centre-01", passwordFile: put("proxy-password", "a password\n") } }),
          identity: put(`identity-${i}.json`, formatIdentity(identities[i]!)),
          roster,
          datasets: [{ dictionary: join(data, "dataset.json"), data: join(data, `${name}.csv`) }],
          ledger: join(folder, `ledger-${i}`),
          exitWithParent: true,
        }),
      ),
    ),
  );
  expect(agents.map(({ line: said }) => said)).toEqual(agents.map(() => ({ ready: true })));
  expect(proxy.asked.length).toBeGreaterThan(0);
  expect(proxy.asked.every(({ let: allowed, target }) => allowed && target === new URL(url).host)).toBe(true);
  const asking = ["query", join(data, "q1.json"), "--json", "--coordinator", url, "--token", "open-sesame"] as const;
  expect((await tutti(...asking)).code).toBe(1);
  process.env["NODE_EXTRA_CA_CERTS"] = certificateAuthority;
  const { code, stdout, stderr } = await tutti(...asking);
  delete process.env["NODE_EXTRA_CA_CERTS"];
  expect(code, stderr).toBe(0);
  const patients = [...centres.values()].reduce((count, at) => count + at.length, 0);
  expect(JSON.parse(stdout)).toMatchObject({ centres: { contributed: 4 }, results: [{ count: patients }] });
  for (const { log } of agents) expect(log()).not.toMatch(/a password/);
  proxy.stop();
});
