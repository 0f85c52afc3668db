import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createIdentity, formatIdentity, publicIdentity, tweetnaclScheme } from "@tutti/envelope";
import { firstRoster, ROSTER, signMessage } from "@tutti/protocol";
import { afterAll, afterEach, expect, test } from "vitest";
import { DATASET, QUERY } from "./trial/trial-dataset.ts";

// The program as a process: its first line, its trace, its end.

const folder = mkdtempSync(join(tmpdir(), "tutti-coordinator-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const put = (name: string, value: unknown): string => {
  writeFileSync(join(folder, name), typeof value === "string" ? value : JSON.stringify(value), { mode: 0o600 });
  return join(folder, name);
};

const coordinator = createIdentity("coordinator", randomBytes);
const centres = ["a", "b", "c"].map((name) => publicIdentity(createIdentity(name, randomBytes)));
const CONFIG = {
  listen: { port: 0 },
  identity: put("identity.json", formatIdentity(coordinator)),
  roster: put(
    "roster.json",
    signMessage(ROSTER, firstRoster({ network: "trial", coordinator: publicIdentity(coordinator), centres }), coordinator, tweetnaclScheme),
  ),
  datasets: [put("dataset.json", DATASET)],
  store: ":memory:",
  tokens: [{ name: "ann", hash: `sha256:${createHash("sha256").update("open-sesame").digest("hex")}` }],
  exitWithParent: true,
};

let child: ChildProcess | null = null;
afterEach(() => child?.kill("SIGKILL"));

async function start(
  config: unknown,
): Promise<{ readonly line: { ready: boolean; url?: string; problem?: string }; readonly ended: Promise<unknown[]> }> {
  const program = fileURLToPath(new URL("main.ts", import.meta.url));
  child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, "--config", put("coordinator.json", config)], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const ended = once(child, "exit");
  const [line] = (await once(createInterface({ input: child.stdout! }), "line")) as [string];
  return { line: JSON.parse(line) as never, ended };
}

test.each([
  ["an unknown key", { ...CONFIG, polcy: "x" }, "do you mean policy?"],
  [
    "another's identity",
    { ...CONFIG, identity: put("other.json", formatIdentity(createIdentity("coordinator", randomBytes))) },
    "names another coordinator",
  ],
  ["a roster that can't be read", { ...CONFIG, roster: put("none.json", {}) }, "not a signed roster"],
])("it does not start with %s, and says why on its first line", async (_, config, words) => {
  const { line, ended } = await start(config);
  expect(line).toMatchObject({ ready: false });
  expect(line.problem).toContain(words);
  expect(await ended).toEqual([1, null]);
});

test("it tells its metrics at an address of its own, and limits each address by itself", async () => {
  const limits = { address: { perMinute: 60, burst: 3 } };
  const { line } = await start({ ...CONFIG, metrics: { port: 0 }, limits, trustedProxies: ["127.0.0.1"] });
  const { url, metricsUrl } = line as unknown as { readonly url: string; readonly metricsUrl: string };
  const from = async (address: string) => (await fetch(`${url}/readyz`, { headers: { "x-forwarded-for": address } })).status;
  const statuses = [];
  for (const address of ["10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.2"]) statuses.push(await from(address));
  expect(statuses).toEqual([200, 200, 200, 429, 200]);
  const text = await (await fetch(metricsUrl)).text();
  expect(text).toContain('tutti_http_requests_total{endpoint="ready",status="429"} 1\n');
  expect(text).toContain("tutti_centres 3\n");
  expect((await fetch(`${url}/metrics`)).status).toBe(404);
});

test("it answers, traces every byte, and ends well when its parent is gone", async () => {
  const trace = join(folder, "trace");
  const { line, ended } = await start({ ...CONFIG, trace });
  expect(line).toMatchObject({ ready: true, url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) });
  const asked = await fetch(`${line.url}/v1/queries`, {
    method: "POST",
    headers: { authorization: "Bearer open-sesame" },
    body: JSON.stringify(QUERY),
  });
  expect(asked.status).toBe(201);
  const { id } = (await asked.json()) as { id: string };
  const waiting = fetch(`${line.url}/v1/queries/${id}?seen=1`, { headers: { authorization: "Bearer open-sesame" } });
  await new Promise((resolve) => setTimeout(resolve, 200));
  child!.stdin!.end();
  expect(await (await waiting).json()).toMatchObject({ state: "stopped" });
  expect(await ended).toEqual([0, null]);
  const seen = readFileSync(trace, "latin1");
  for (const bytes of [
    "POST /v1/queries HTTP/1.1\r\n",
    "authorization: Bearer open-sesame\r\n",
    JSON.stringify(QUERY),
    `{"id":"${id}"}`,
    '"state":"stopped"',
  ])
    expect(seen).toContain(bytes);
});

test("it ends well on SIGTERM", async () => {
  const { line, ended } = await start(CONFIG);
  await fetch(`${line.url}/healthz`);
  child!.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
});
