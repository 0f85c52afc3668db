import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readConfig } from "./config.ts";
import { DEFAULT_DEADLINES } from "./deadlines.ts";

const folder = mkdtempSync(join(tmpdir(), "tutti-config-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CONFIG = {
  listen: { port: 8443 },
  identity: "identity.json",
  roster: "/etc/roster.json",
  datasets: ["iph.json"],
  store: "store.sqlite",
};
const SCHEDULE = { name: "a", cron: "0 6 * * *", timezone: "UTC", query: "q.json", requester: "ann" };
const file = join(folder, "coordinator.json");
const read = (config: unknown) => {
  writeFileSync(file, typeof config === "string" ? config : JSON.stringify(config));
  return readConfig(file);
};

test("paths are relative to the file, and what is left out has its default", () => {
  const config = read(CONFIG);
  expect(config).toEqual({
    listen: { host: "127.0.0.1", port: 8443 },
    identity: join(folder, "identity.json"),
    roster: "/etc/roster.json",
    datasets: [join(folder, "iph.json")],
    store: join(folder, "store.sqlite"),
    tokens: [],
    deadlines: DEFAULT_DEADLINES,
    schedules: [],
    exitWithParent: false,
  });
  expect(Object.isFrozen(config)).toBe(true);
});

test("the query of a schedule is beside the file, and nothing is caught up unless it is asked for", () => {
  expect(read({ ...CONFIG, schedules: [SCHEDULE] }).schedules).toEqual([{ ...SCHEDULE, query: join(folder, "q.json"), catchUp: false }]);
});

test.each([
  ["an unknown key", { ...CONFIG, rooster: "x" }, 'there is no key "rooster"; do you mean roster?'],
  ["an unknown key inside", { ...CONFIG, deadlines: { anwserMs: 5 } }, 'at deadlines: there is no key "anwserMs"; do you mean answerMs?'],
  ["an unknown key like none", { ...CONFIG, colour: "x" }, "the keys are listen, identity"],
  ["no identity", { ...CONFIG, identity: undefined }, "at identity"],
  ["a token as it is", { ...CONFIG, tokens: [{ name: "ann", hash: "open sesame" }] }, "a token's hash is sha256: and 64 digits"],
  [
    "a schedule without a query",
    { ...CONFIG, schedules: [{ name: "a", cron: "0 6 * * *", timezone: "UTC", requester: "ann" }] },
    "at schedules.0.query",
  ],
  ["an unknown key of a schedule", { ...CONFIG, schedules: [{ ...SCHEDULE, timezoen: "UTC" }] }, "do you mean timezone?"],
  ["a port of text", { ...CONFIG, listen: { port: "80" } }, "at listen.port"],
  ["no JSON", "{", "is not valid JSON"],
])("%s is refused with a sentence", (_, config, words) => {
  expect(() => read(config)).toThrow(words);
});

test("a file that is not there is named", () => {
  expect(() => readConfig(join(folder, "nowhere.json"))).toThrow("nowhere.json can't be read");
});
