import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createIdentity, formatIdentity } from "@tutti/envelope";
import { random, scheme } from "@tutti/platform";
import { problem, removed, ROSTER, signMessage } from "@tutti/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { LedgerFile } from "../ledger-file.ts";
import { DATASET } from "../trial/trial-dataset.ts";
import { TrialNetwork } from "../trial/trial-network.ts";
import { type Diagnosis, diagnose, diagnosisText } from "./doctor.ts";
import { CHECKS, type CheckName } from "./finding.ts";

const network = new TrialNetwork();
let server: Server;
let folder: string;
/** What the coordinator answers in place of what it should, by path. */
let answers: Record<string, { readonly status?: number; readonly headers?: Record<string, string>; readonly body: unknown }>;

beforeAll(async () => {
  server = createServer((request, response) => {
    const { status = 200, headers = {}, body } = answers[request.url!] ?? { status: 404, body: problem("not-found", "no") };
    response.writeHead(status, headers).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "doctor-"));
  answers = {
    "/healthz": { body: { status: "ok" } },
    "/v1/roster": { body: network.rosterFile },
    "/v1/datasets": { body: [DATASET] },
    "/v1/history": { body: { items: [] } },
  };
  write("identity.json", formatIdentity(network.identities[0]!));
  write("roster.json", JSON.stringify(network.rosterFile));
  write("dataset.json", JSON.stringify(DATASET));
  write("data.csv", "id,sex\nNIR-1,F\nNIR-2,M\n");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text, { mode: 0o600 });
}

/** Examines the agent of the folder; with a configuration that is changed. */
function examined(changes: object = {}): Promise<Diagnosis> {
  const config = {
    centre: "Ancona",
    coordinator: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    identity: "identity.json",
    roster: "roster.json",
    datasets: [{ dictionary: "dataset.json", data: "data.csv" }],
    ledger: "ledger",
    ...changes,
  };
  write("agent.json", JSON.stringify(config));
  return diagnose(join(folder, "agent.json"));
}

function ill({ checks }: Diagnosis): readonly (readonly [CheckName, string])[] {
  return checks.flatMap(({ check, passed, says }) => (passed === false ? [[check, says] as const] : []));
}

test("a centre that is right is healthy, before its first start", async () => {
  const diagnosis = await examined();
  expect(ill(diagnosis)).toEqual([]);
  expect(diagnosis.healthy).toBe(true);
  expect(diagnosis.checks.map(({ check }) => check)).toEqual(CHECKS);
  expect(diagnosis.checks.filter(({ passed }) => passed === null).map(({ check }) => check)).toEqual(["ledger", "past", "process"]);
});

test("what it says holds no patient, no secret and no count of patients", async () => {
  const text = diagnosisText(await examined());
  const secret = JSON.parse(formatIdentity(network.identities[0]!)) as Record<string, string>;
  expect(text).not.toContain("NIR-");
  for (const [name, value] of Object.entries(secret)) if (/secret|private|seed/i.test(name)) expect(text).not.toContain(value);
});

/** Each way to be ill: how it comes, the check that finds it, and a word of what to do. */
const ILLNESSES: readonly (readonly [what: string, cause: () => object | void, check: CheckName, fix: RegExp])[] = [
  ["an identity that others can read", () => chmodSync(join(folder, "identity.json"), 0o644), "identity", /chmod 600/],
  [
    "an identity that is another's",
    () => write("identity.json", formatIdentity(network.identities[1]!)),
    "identity",
    /give this centre's own/,
  ],
  [
    "a new key that the roster does not have",
    () => write("identity.json", formatIdentity(createIdentity("Ancona", random))),
    "roster",
    /ask the network for a roster/,
  ],
  ["a policy that can't be read", () => ({ policy: "absent.json" }), "policy", /check the path/],
  ["a dictionary that is none", () => write("dataset.json", "{}"), "dictionary", /dataset\.json/],
  ["data that don't fit", () => write("data.csv", "id,sex\nNIR-1,X\n"), "data", /line 2/],
  ["rules that are not there", () => ({ rules: "absent.json" }), "rules", /check the path/],
  [
    "evidence against the coordinator",
    () => {
      mkdirSync(join(folder, "ledger"));
      write("ledger/log-evidence.json", "{}");
    },
    "log",
    /talk with the other centres/,
  ],
  [
    "a folder that is a file",
    () => {
      write("file", "");
      return { ledger: "file/ledger" };
    },
    "folder",
    /can't be written/,
  ],
  [
    "a ledger that was altered",
    () => {
      mkdirSync(join(folder, "ledger"));
      write("ledger/ledger.jsonl", '{"index":0}\n');
    },
    "ledger",
    /ledger\.jsonl/,
  ],
  [
    "a ledger that is gone, beside what it was about",
    () => {
      mkdirSync(join(folder, "ledger"));
      write("ledger/patients", "x");
    },
    "ledger",
    /restore the newest copy/,
  ],
  [
    "a newer roster that waits for a person",
    () => {
      const next = signMessage(ROSTER, removed(network.roster, "Bergen"), network.coordinator, scheme);
      mkdirSync(join(folder, "ledger/roster"), { recursive: true });
      write("ledger/roster/told.json", JSON.stringify([network.rosterFile, next]));
    },
    "newer roster",
    /version 2 waits .*tutti agent roster accept --version 2/,
  ],
  [
    "an agent that people have stopped",
    () => {
      mkdirSync(join(folder, "ledger/consent"), { recursive: true });
      write("ledger/consent/stopped.json", JSON.stringify({ by: "Ada", atMs: 1 }));
    },
    "queue",
    /Ada has stopped it.*tutti agent resume/,
  ],
  [
    "a certificate that is none",
    () => {
      write("ca.pem", "none");
      return { certificateAuthority: "ca.pem" };
    },
    "way",
    /PEM/,
  ],
  ["a name that is none", () => ({ coordinator: "https://coordinator.invalid" }), "name", /check the name|name server/],
  ["a port where nobody listens", () => ({ coordinator: "http://127.0.0.1:9" }), "connection", /refused/],
  [
    "a proxy that is not there",
    () => ({ coordinator: "https://tutti.example", proxy: { url: "http://127.0.0.1:9" } }),
    "connection",
    /the connection was refused: is the coordinator, or the proxy/,
  ],
  [
    "a coordinator that speaks no TLS",
    () => ({ coordinator: `https://127.0.0.1:${(server.address() as AddressInfo).port}` }),
    "encryption",
    /TLS|cut/,
  ],
  ["another server at the address", () => void (answers["/healthz"] = { status: 404, body: {} }), "coordinator", /status 404/],
  [
    "a clock that is an hour off",
    () => void (answers["/healthz"] = { headers: { date: new Date(Date.now() + 3_600_000).toUTCString() }, body: {} }),
    "clock",
    /3(600|599) s behind .* 120 s are allowed: .*NTP/,
  ],
  ["another network's roster", () => void (answers["/v1/roster"] = { body: new TrialNetwork().rosterFile }), "same roster", /compare both/],
  [
    "another dictionary of the same name",
    () => void (answers["/v1/datasets"] = { body: [{ ...DATASET, title: { en: "Other", fr: "Autre" } }] }),
    "same dictionary",
    /another content/,
  ],
  [
    "a dictionary that the network does not have",
    () => void (answers["/v1/datasets"] = { body: [] }),
    "same dictionary",
    /ask its operator/,
  ],
  [
    "a signature that is refused",
    () => void (answers["/v1/history"] = { status: 401, body: problem("not-signed", "the key is not the roster's") }),
    "signature",
    /the key is not the roster's/,
  ],
];

describe("finds, and says what to do about", () => {
  test.each(ILLNESSES)("%s", async (_, cause, check, fix) => {
    const diagnosis = await examined(cause() ?? {});
    expect(diagnosis.healthy).toBe(false);
    expect(ill(diagnosis).map(([name]) => name)).toContain(check);
    expect(ill(diagnosis).find(([name]) => name === check)![1]).toMatch(fix);
    // What stands on it is not looked at, and what does not is.
    expect(new Set(diagnosis.checks.map(({ check: name }) => name)).size).toBe(CHECKS.length);
  });
});

test("what waits for people is told with the commands that answer it, and is no illness", async () => {
  const offerHash = network.offer();
  const item = {
    id: "0a".repeat(32),
    stage: "run",
    question: offerHash,
    offerHash,
    offer: network.lastOffer,
    askedAtMs: 1,
    untilMs: Date.UTC(2100, 0, 1),
    because: [],
  };
  mkdirSync(join(folder, "ledger/consent"), { recursive: true });
  write(`ledger/consent/${item.id}.item.json`, JSON.stringify(item));
  const diagnosis = await examined();
  expect(diagnosis.healthy).toBe(true);
  expect(diagnosis.checks.find(({ check }) => check === "queue")!.says).toMatch(/^1 questions wait .* 2100-01-01.*tutti agent queue/);
});

test("beside an agent that holds the folder, it is asked how it is", async () => {
  const ledger = await LedgerFile.open(join(folder, "ledger"), Date.now);
  expect(ill(await examined())).toEqual([["process", expect.stringContaining("start it again")]]);
  await ledger.close();
  expect(await examined()).toMatchObject({ healthy: true });
});
