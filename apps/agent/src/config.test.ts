import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readConfig } from "./config.ts";
import { StartProblem } from "./start-problem.ts";

const folder = mkdtempSync(join(tmpdir(), "config-"));
afterAll(() => rmSync(folder, { recursive: true }));
const whole = {
  centre: "Necker",
  coordinator: "https://tutti.example",
  identity: "identity.json",
  roster: "/etc/tutti/roster.json",
  datasets: [{ dictionary: "iph.json", data: "patients.csv" }],
  ledger: "ledger",
};

function read(value: unknown): ReturnType<typeof readConfig> {
  const file = join(folder, "agent.json");
  writeFileSync(file, typeof value === "string" ? value : JSON.stringify(value));
  return readConfig(file);
}

function problemOf(value: unknown): string {
  try {
    read(value);
  } catch (error) {
    if (error instanceof StartProblem) return error.message;
    throw error;
  }
  return "none";
}

test("paths start at the configuration's folder, and nothing can be changed", () => {
  const config = read(whole);
  expect(config).toMatchObject({
    identity: join(folder, "identity.json"),
    roster: "/etc/tutti/roster.json",
    datasets: [{ dictionary: join(folder, "iph.json"), data: join(folder, "patients.csv") }],
    ledger: join(folder, "ledger"),
    exitWithParent: false,
    logLevel: "info",
  });
  expect(Object.isFrozen(config) && Object.isFrozen(config.datasets) && Object.isFrozen(config.datasets[0])).toBe(true);
});

test("the paths of proxy and authority are relative to the file too", () => {
  const proxy = { url: "http://proxy.example:3128", user: "necker", passwordFile: "proxy-password" };
  expect(read({ ...whole, proxy, certificateAuthority: "ca.pem" })).toMatchObject({
    proxy: { ...proxy, passwordFile: join(folder, "proxy-password") },
    certificateAuthority: join(folder, "ca.pem"),
  });
});

test.each([
  [{ ...whole, identitty: "x" }, /unknown key "identitty": did you mean "identity"\?/],
  [{ ...whole, colour: "blue" }, /unknown key "colour": the keys are centre, coordinator/],
  [{ ...whole, datasets: [{ dictionary: "a", data: "b", dat: "c" }] }, /unknown key "dat" in datasets\.0: did you mean "data"\?/],
  [{ ...whole, datasets: [] }, /^.*agent\.json: datasets: /],
  [{ ...whole, ledger: undefined }, /ledger: /],
  [{ ...whole, coordinator: "http://tutti.example" }, /coordinator: write .* https:.*http only for this machine/],
  [{ ...whole, coordinator: "https://tutti.example/path" }, /coordinator: /],
  [{ ...whole, coordinator: "https://me:secret@tutti.example" }, /coordinator: /],
  [{ ...whole, coordinator: "tutti.example" }, /coordinator: /],
  [{ ...whole, proxy: { url: "http://proxy.example:3128", usr: "x" } }, /unknown key "usr" in proxy: did you mean "user"\?/],
  [{ ...whole, proxy: { url: "http://me:secret@proxy.example:3128" } }, /proxy\.url: .*its password into a file/],
  [{ ...whole, proxy: { url: "http://proxy.example:3128", user: "me" } }, /proxy: give user and passwordFile, or neither/],
  ["{", /is not JSON/],
  ["[]", /the configuration: /],
])("what does not fit is named (%#)", (value, problem) => {
  expect(problemOf(value)).toMatch(problem);
});

test.each(["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:80", "https://tutti.example:8443"])(
  "%s is an address",
  (coordinator) => {
    expect(read({ ...whole, coordinator }).coordinator).toBe(coordinator);
  },
);

test("a file that is not there is named", () => {
  expect(() => readConfig(join(folder, "none.json"))).toThrow(/none\.json can't be read/);
});
