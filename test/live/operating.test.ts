import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { datasetSchema } from "@tutti/dataset";
import type { Release } from "@tutti/disclosure";
import { readLedger } from "@tutti/ledger";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT, textOf } from "../invariants/repository.ts";
import { type ForwardProxy, startForwardProxy } from "../transport/forward-proxy.ts";
import { freePort } from "./free-port.ts";

// The chapter of docs/operating.md that takes an engineer from nothing to an answer, run as it stands: every block that is marked `sh run`, one after
// the other, in one shell that stops at the first command that fails. Only the port, the place of the programs and the proxy of the hospital are others
// than on the page.

const folder = mkdtempSync(join(tmpdir(), "tutti-operating-"));
const CENTRES = ["Ancona", "Bergen", "Caen", "Dublin"];
/** Nine patients at each, four of whom cough. */
const PATIENTS = Array.from({ length: 9 }, (_, i) => (i % 2 === 1 ? "yes" : "no"));
const DATASET = datasetSchema.parse({
  id: "cough",
  version: 1,
  title: { en: "Cough", fr: "Toux" },
  key: "patient_id",
  variables: { cough: { type: "boolean", label: { en: "Cough", fr: "Toux" }, true: ["yes"], false: ["no"], missing: ["NF"] } },
});

const at = (name: string): string => join(folder, name);
const release = (name: string): Release => JSON.parse(readFileSync(at(name), "utf8")) as Release;
let said: { readonly status: number | null; readonly stdout: string; readonly stderr: string };
let proxy: ForwardProxy;

beforeAll(async () => {
  writeFileSync(at("dataset.json"), JSON.stringify(DATASET));
  for (const centre of CENTRES) {
    mkdirSync(at(centre), { mode: 0o700 });
    const rows = PATIENTS.map((cough, i) => `NIR-${centre}-${i},${cough}`);
    writeFileSync(at(`${centre}/patients.csv`), `patient_id,cough\n${rows.join("\n")}\n`, { mode: 0o600 });
  }
  mkdirSync(at("bin"));
  symlinkSync(process.execPath, at("bin/node"));
  writeFileSync(at("bin/tutti"), `#!/bin/sh\nexec node --disable-warning=ExperimentalWarning ${join(ROOT, "apps/cli/tutti.mjs")} "$@"\n`);
  chmodSync(at("bin/tutti"), 0o755);
  const blocks = [...textOf("docs/operating.md").matchAll(/^```sh run\n([^]*?)^```/gm)].map(
    ([, block], i) => `echo "# block ${i + 1}" >&2\n${block!}`,
  );
  const script = `set -eu\ntrap 'kill -9 $(jobs -p) 2>/dev/null || true' EXIT\n${blocks.join("\n")}echo "# the end" >&2\n`;
  proxy = await startForwardProxy("tutti", "let me through");
  const here = [
    ["8600", String(await freePort())],
    ["/opt/tutti", ROOT],
    ["proxy.hospital.example:3128", new URL(proxy.url).host],
  ] as const;
  writeFileSync(
    at("script.sh"),
    here.reduce((text, [there, is]) => text.replaceAll(there, is), script),
  );
  said = await run("script.sh");
}, 250_000);
afterAll(() => {
  proxy.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function run(script: string): Promise<typeof said> {
  const env = { ...process.env, PATH: `${at("bin")}:${process.env["PATH"]}`, NO_COLOR: "1" };
  const child = spawn("bash", [script], { cwd: folder, env, timeout: 240_000, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => (stdout += chunk));
  child.stderr.on("data", (chunk) => (stderr += chunk));
  const [status] = (await once(child, "close")) as [number | null];
  return { status, stdout, stderr };
}

test("every command of the page does what the page says, to the last", () => {
  const last = said.stderr.slice(said.stderr.lastIndexOf("# block"));
  expect([said.status, last, said.stdout.slice(-2_000)]).toEqual([0, expect.stringContaining("# the end") as string, expect.any(String)]);
});

test("what was swapped was refused, what was gone was seen to be gone, and the answers are those of all", () => {
  expect(said.stdout).toContain("refused, as it should be");
  expect(said.stdout).toContain("the agent of Caen is gone");
  const results = [{ count: 36 }, { known: 36, positive: 16 }];
  for (const name of ["release.json", "again.json", "approved.json", "denied.json", "meanwhile.json", "encrypted.json"])
    expect([name, release(name)]).toMatchObject([name, { results }]);
  expect(release("release.json").centres).toEqual({ invited: 4, contributed: 4, finished: 4 });
  for (const name of ["again.json", "denied.json", "meanwhile.json"])
    expect(release(name)).toMatchObject({ centres: { contributed: 3 }, asOf: expect.any(String) });
});

test("people decided, and the ledger says who", () => {
  expect(said.stdout).toContain("Patients for a trial");
  expect(release("approved.json").centres).toMatchObject({ contributed: 4 });
  const decided = readLedger(readFileSync(at("Caen/state/ledger.jsonl"))).entries.flatMap((entry) =>
    entry.kind === "decided" ? [entry.body] : [],
  );
  expect(decided).toMatchObject([
    { decision: "approved", by: "L. Petit" },
    { decision: "denied", by: "L. Petit", why: "purpose" },
  ]);
});

test("over TLS, by a certificate of the network's own authority, and by a proxy that asks for a password", () => {
  const doctors = said.stdout.split("certificateAuthority is missing");
  expect(doctors[0]).toContain("was signed by an authority that this machine does not know");
  expect(doctors[1]!.split("the password is missing")[0]).toContain("the proxy does not accept user and password");
  expect(new Set(proxy.asked.map(({ let: allowed }) => allowed))).toEqual(new Set([false, true]));
  // The doctor's, the agent's and the researcher's.
  expect(proxy.asked.filter(({ let: allowed }) => allowed).length).toBeGreaterThan(5);
  expect(release("encrypted.json").centres).toMatchObject({ contributed: 4, finished: 4 });
  expect(said.stderr).toContain("this token was revoked: ask the network's operator for a new one");
});

test("new keys of the coordinator and a key that was taken away count once each centre's person has said yes", () => {
  expect(said.stdout).toContain("coordinator has a new key, for which the old one has signed");
  expect(said.stdout).toContain("nobody has said yes yet");
  expect(release("rotated.json").results).toMatchObject([{ count: 36 }, { known: 36, positive: 16 }]);
  expect(release("revoked.json").centres).toEqual({ invited: 3, contributed: 3, finished: 3 });
  const pinned = (centre: string) =>
    readLedger(readFileSync(at(`${centre}/state/ledger.jsonl`))).entries.flatMap((entry) =>
      entry.kind === "pinned" ? [[entry.body.version, entry.body.by]] : [],
    );
  expect(pinned("Ancona")).toEqual([
    [5, undefined],
    [6, "its engineer"],
    [7, "its engineer"],
  ]);
  expect(pinned("Dublin")).toHaveLength(2);
});

test("each centre's ledger is whole, and holds the stop button with the name of who pressed it", () => {
  const ledger = (centre: string) => readLedger(readFileSync(at(`${centre}/state/ledger.jsonl`))).entries;
  for (const centre of CENTRES) expect(ledger(centre).length).toBeGreaterThan(3);
  expect(JSON.stringify(ledger("Dublin"))).toContain("M. Byrne");
});

test("nothing that was printed or logged names a patient", () => {
  const logs = CENTRES.flatMap((centre) =>
    ["agent.log", "agent.prom", "state/status.json"].map((name) => readFileSync(at(`${centre}/${name}`), "utf8")),
  );
  for (const text of [said.stdout, said.stderr, readFileSync(at("coordinator.log"), "utf8"), ...logs]) expect(text).not.toContain("NIR-");
});
