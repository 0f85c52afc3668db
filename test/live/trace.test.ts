import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tutti } from "./command.ts";
import { LiveNetwork } from "./live-network.ts";
import { type LiveCentres, type LivePatient, removeSandboxes, writeSandbox } from "./sandbox-folder.ts";

// 434 patients of whom all but three are positive: the positive hide because the others are few. The numbers of each centre are like nothing else in a trace.
const SIZES = { Ancona: [141, 142], Bergen: [143, 144], Caen: [147, 148] } as const;
const POSITIVE = 431;
const KNOWN = 434;
const centres: LiveCentres = new Map(
  Object.entries(SIZES).map(([name, [positive, known]]) => [
    name,
    Array.from({ length: known }, (_, i): LivePatient => ({
      patient_id: `NIR-${name}-${i}`,
      sex: "F",
      dyspnea: i < positive,
      age: 20 + (i % 7),
      hb: 11.3,
    })),
  ]),
);
const QUERY = {
  dataset: "live@3",
  purpose: "trace",
  measures: [
    { id: "dyspnea", proportion: "dyspnea" },
    { id: "age", quantiles: "age", at: [0.5] },
  ],
};

const folder = writeSandbox(centres, [QUERY]);
const files = mkdtempSync(join(tmpdir(), "trace-"));
const release = join(files, "release.json");
let network: LiveNetwork;
let trace: Buffer;
/** All that the coordinator saw outside of sealed bytes. */
let said: readonly unknown[];
let printed: { results: readonly Record<string, unknown>[] };

beforeAll(async () => {
  network = await LiveNetwork.start(folder, "--trace", join(files, "trace"));
  const { code, stdout } = await tutti("query", join(folder, "q1.json"), "--coordinator", network.url, "--token", network.token, "--json");
  expect(code).toBe(0);
  writeFileSync(release, stdout);
  printed = JSON.parse(stdout);
  trace = readFileSync(join(files, "trace"));
  said = bodies().flatMap(values);
});
afterAll(async () => {
  await network.stop();
  rmSync(files, { recursive: true });
  removeSandboxes();
});

/** The bodies of the messages in the trace that are JSON. */
function bodies(): readonly unknown[] {
  const found: unknown[] = [];
  for (let at = 0; at < trace.length;) {
    const line = trace.indexOf("\n", at);
    const length = Number(/, (\d+) bytes$/.exec(trace.toString("latin1", at, line))![1]);
    const message = trace.subarray(line + 1, line + 1 + length);
    at = line + 1 + length + 1;
    const body = message.indexOf("\r\n\r\n") + 4;
    if (/^content-type: application\/(problem\+)?json/im.test(message.toString("latin1", 0, body)))
      found.push(JSON.parse(message.toString("utf8", body)));
  }
  return found;
}

/** Every number and text in JSON, and in the signed payloads in it. */
function values(json: unknown): readonly unknown[] {
  if (typeof json !== "object" || json === null) return [json];
  return Object.entries(json).flatMap(([key, value]) => [
    key,
    ...values(key === "payload" ? JSON.parse(Buffer.from(value as string, "base64").toString("utf8")) : value),
  ]);
}

test("the coordinator saw the offer, the sealed exchanges and the release", () => {
  for (const seen of ["/v1/offers", "/exchanges/0 ", "/releases"]) expect(trace.includes(seen), seen).toBe(true);
  expect(printed.results).toMatchObject([
    { known: KNOWN, positive: null, rate: null, hidden: ["positive", "rate"] },
    { quantiles: { "0.5": 23 } },
  ]);
  // What may open is there, so the search would find what may not.
  expect(said).toContain(KNOWN);
  expect(said).toContain("dyspnea");
});

test("no patient, no identifier and no column of a file is in it", () => {
  for (const [name, patients] of centres) {
    for (const { patient_id } of patients) expect(trace.includes(`"${patient_id}"`) || trace.includes(`${patient_id},`)).toBe(false);
    expect(trace.includes(`NIR-${name}`)).toBe(false);
  }
  expect(said.filter((value) => typeof value === "string" && /NIR-/.test(value))).toEqual([]);
});

test("no centre's number and no hidden cell is in it", () => {
  const hidden: readonly unknown[] = [POSITIVE, String(POSITIVE), ...Object.values(SIZES).flat()];
  expect(said.filter((value) => hidden.includes(value))).toEqual([]);
});

test("the release verifies against the roster, and not once a figure is changed", async () => {
  expect(await tutti("verify", release, "--roster", network.roster)).toMatchObject({ code: 0 });
  const changed = join(files, "changed.json");
  writeFileSync(changed, JSON.stringify({ ...printed, results: [{ ...printed.results[0], positive: POSITIVE }, printed.results[1]] }));
  expect((await tutti("verify", changed, "--roster", network.roster)).code).toBe(1);
});
