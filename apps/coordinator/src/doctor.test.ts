import { createHash, randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createIdentity, formatIdentity, publicIdentity } from "@tutti/envelope";
import { scheme } from "@tutti/platform";
import { firstRoster, ROSTER, signMessage } from "@tutti/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { COORDINATOR_CHECKS, type Diagnosis, diagnose, diagnosisText } from "./doctor.ts";
import { SqliteDatabase } from "./sqlite-database.ts";
import { DATASET, QUERY } from "./trial/trial-dataset.ts";

const coordinator = createIdentity("coordinator", randomBytes);
const centres = ["a", "b", "c"].map((name) => publicIdentity(createIdentity(name, randomBytes)));
const roster = firstRoster({ network: "trial", coordinator: publicIdentity(coordinator), centres });
const TOKEN = { name: "ann", hash: `sha256:${createHash("sha256").update("open-sesame").digest("hex")}` };
let folder: string;
let server: Server | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "coordinator-doctor-"));
  write("identity.json", formatIdentity(coordinator));
  write("roster.json", JSON.stringify(signMessage(ROSTER, roster, coordinator, scheme)));
  write("dataset.json", JSON.stringify(DATASET));
  write("query.json", JSON.stringify(QUERY));
});
afterEach(() => {
  server?.close();
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text, { mode: 0o600 });
}

function examined(changes: object = {}): Promise<Diagnosis> {
  const config = {
    listen: { port: 0 },
    identity: "identity.json",
    roster: "roster.json",
    datasets: ["dataset.json"],
    store: "store.sqlite",
    tokens: [TOKEN],
    ...changes,
  };
  write("coordinator.json", JSON.stringify(config));
  return diagnose(join(folder, "coordinator.json"));
}

function ill({ checks }: Diagnosis): Readonly<Record<string, string>> {
  return Object.fromEntries(checks.flatMap(({ check, passed, says }) => (passed === false ? [[check, says]] : [])));
}

/** A program at a free port that answers everything with a status. */
async function answering(status: number): Promise<object> {
  server = createServer((_, response) => response.writeHead(status).end());
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  return { listen: { port: (server.address() as AddressInfo).port } };
}

test("a coordinator that is right is healthy, before its first start, and no secret is told", async () => {
  const diagnosis = await examined({
    schedules: [{ name: "daily", cron: "0 6 * * *", timezone: "Europe/Paris", query: "query.json", requester: "ann" }],
  });
  expect(ill(diagnosis)).toEqual({});
  expect(diagnosis.healthy).toBe(true);
  expect(diagnosis.checks.map(({ check }) => check)).toEqual(COORDINATOR_CHECKS);
  const text = diagnosisText(diagnosis);
  expect(text).not.toContain(TOKEN.hash);
  expect(text).not.toMatch(/[0-9a-zA-Z+/]{43}=/);
});

test("beside one that runs, whether it is ready", async () => {
  const { healthy, checks } = await examined(await answering(200));
  expect([healthy, checks.at(-1)]).toEqual([
    true,
    expect.objectContaining({ passed: true, says: expect.stringContaining("is ready") as string }),
  ]);
});

/** Each way to be ill: how it comes, the check that finds it, and a word of what to do. */
const ILLNESSES: readonly (readonly [what: string, cause: () => object | Promise<object> | void, check: string, fix: RegExp])[] = [
  ["an identity that others can read", () => chmodSync(join(folder, "identity.json"), 0o640), "identity", /chmod 600/],
  ["an identity that is none", () => write("identity.json", "{}"), "identity", /identity\.json/],
  ["another's roster", () => write("identity.json", formatIdentity(createIdentity("coordinator", randomBytes))), "roster", /roster\.json/],
  ["a dictionary that is none", () => write("dataset.json", "{}"), "dictionaries", /dataset\.json/],
  [
    "a policy for more centres than there are",
    () => {
      write("policy.json", '{ "minimumCentres": 4 }');
      return { policy: "policy.json" };
    },
    "policy",
    /enrol more/,
  ],
  [
    "a schedule in the name of nobody",
    () => ({ schedules: [{ name: "daily", cron: "0 6 * * *", timezone: "Europe/Paris", query: "query.json", requester: "bob" }] }),
    "schedules",
    /bob has no token/,
  ],
  [
    "a certificate that is none",
    () => {
      write("server.pem", "none");
      return { tls: { certificate: "server.pem", key: "server.pem" } };
    },
    "certificate",
    /belong together/,
  ],
  ["a trace", () => ({ trace: "trace" }), "trace", /take trace out/],
  ["a store in memory", () => ({ store: ":memory:" }), "store", /path of a file/],
  ["a store that is damaged", () => write("store.sqlite", "x".repeat(10_000)), "store", /restore the newest backup/],
  ["a coordinator that is not ready", () => answering(503), "process", /database server/],
  ["another program at its port", () => answering(404), "process", /another port/],
];

describe("finds, and says what to do about", () => {
  test.each(ILLNESSES)("%s", async (_, cause, check, fix) => {
    const diagnosis = await examined((await cause()) ?? {});
    expect(diagnosis.healthy).toBe(false);
    expect(ill(diagnosis)[check]).toMatch(fix);
  });
});

test("a store is looked at beside the one that has it open, and nothing in it is changed", async () => {
  const database = new SqliteDatabase(join(folder, "store.sqlite"));
  const diagnosis = await examined();
  expect(diagnosis.checks.find(({ check }) => check === "store")).toMatchObject({
    passed: true,
    says: expect.stringContaining("is sound"),
  });
  await database.close();
});
