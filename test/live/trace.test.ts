import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tutti } from "./command.ts";
import { LiveNetwork } from "./live-network.ts";
import { type LiveCentres, type LivePatient, writeSandbox } from "./sandbox-folder.ts";

// 134 patients of whom all but three are positive: the positive hide because the others are few. The numbers of each centre are like nothing else in a trace.
const SIZES = { Ancona: [41, 42], Bergen: [43, 44], Caen: [47, 48] } as const;
const POSITIVE = 131;
const KNOWN = 134;
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
let printed: { results: readonly Record<string, unknown>[] };

beforeAll(async () => {
  network = await LiveNetwork.start(folder, "--trace", join(files, "trace"));
  const { code, stdout } = await tutti("query", join(folder, "q1.json"), "--coordinator", network.url, "--token", network.token, "--json");
  expect(code).toBe(0);
  writeFileSync(release, stdout);
  printed = JSON.parse(stdout);
  trace = readFileSync(join(files, "trace"));
});
afterAll(() => network.stop());

/** The trace as text, and after it every signed payload in it. */
function texts(): readonly string[] {
  const text = trace.toString("latin1");
  const payloads = [...text.matchAll(/"payload":"([A-Za-z0-9+/=]+)"/g)].map(([, payload]) =>
    Buffer.from(payload!, "base64").toString("utf8"),
  );
  const inner = payloads.flatMap((payload) =>
    [...payload.matchAll(/"payload":"([A-Za-z0-9+/=]+)"/g)].map(([, one]) => Buffer.from(one!, "base64").toString("utf8")),
  );
  return [text, ...payloads, ...inner];
}

/** Whether a number stands in JSON of the trace. */
function says(number: number): boolean {
  const token = new RegExp(`[:[,]\\s*${number}\\s*[,}\\]]`);
  return texts().some((text) => token.test(text));
}

test("the coordinator saw the offer, the sealed exchanges and the release", () => {
  for (const seen of ["/v1/offers", "/exchanges/0 ", "/releases"]) expect(trace.includes(seen), seen).toBe(true);
  expect(printed.results).toMatchObject([
    { known: KNOWN, positive: null, rate: null, hidden: ["positive", "rate"] },
    { quantiles: { "0.5": 23 } },
  ]);
  // What may open is there, so the search would find what may not.
  expect(says(KNOWN)).toBe(true);
});

test("no patient, no identifier and no column of a file is in it", () => {
  for (const [name, patients] of centres) {
    for (const { patient_id } of patients) expect(trace.includes(`"${patient_id}"`) || trace.includes(`${patient_id},`)).toBe(false);
    expect(trace.includes(`NIR-${name}`)).toBe(false);
  }
  for (const text of texts()) expect(text).not.toMatch(/NIR-/);
});

test("no centre's number and no hidden cell is in it", () => {
  const hidden = [POSITIVE, KNOWN - POSITIVE, ...Object.values(SIZES).flat()];
  expect(hidden.filter((number) => number > 20 && says(number))).toEqual([]);
});

test("the release verifies against the roster, and not once a figure is changed", async () => {
  expect(await tutti("verify", release, "--roster", network.roster)).toMatchObject({ code: 0 });
  const changed = join(files, "changed.json");
  writeFileSync(changed, JSON.stringify({ ...printed, results: [{ ...printed.results[0], positive: POSITIVE }, printed.results[1]] }));
  expect((await tutti("verify", changed, "--roster", network.roster)).code).toBe(1);
});
