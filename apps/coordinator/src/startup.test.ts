import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createIdentity, formatIdentity, publicIdentity, tweetnaclScheme } from "@tutti/envelope";
import { firstRoster, ROSTER, signMessage } from "@tutti/protocol";
import { afterAll, expect, test } from "vitest";
import { type Config, ConfigFault, type ScheduleEntry } from "./config.ts";
import { DEFAULT_DEADLINES } from "./deadlines.ts";
import { DEFAULT_LIMITS } from "./rate-limit.ts";
import { databaseUrl, loadSetting } from "./startup.ts";
import { DATASET, QUERY } from "./trial/trial-dataset.ts";

const folder = mkdtempSync(join(tmpdir(), "tutti-startup-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const put = (name: string, value: unknown): string => {
  writeFileSync(join(folder, name), typeof value === "string" ? value : JSON.stringify(value), { mode: 0o600 });
  return join(folder, name);
};

const coordinator = createIdentity("coordinator", randomBytes);
const centres = ["a", "b", "c"].map((name) => publicIdentity(createIdentity(name, randomBytes)));
const CONFIG: Config = {
  listen: { host: "127.0.0.1", port: 0 },
  identity: put("identity.json", formatIdentity(coordinator)),
  roster: put(
    "roster.json",
    signMessage(ROSTER, firstRoster({ network: "trial", coordinator: publicIdentity(coordinator), centres }), coordinator, tweetnaclScheme),
  ),
  datasets: [put("dataset.json", DATASET)],
  store: ":memory:",
  tokens: [{ name: "ann", hash: `sha256:${"0".repeat(64)}`, role: "researcher" }],
  limits: DEFAULT_LIMITS,
  trustedProxies: [],
  origins: [],
  deadlines: DEFAULT_DEADLINES,
  schedules: [],
  exitWithParent: false,
};
const WEEKLY: ScheduleEntry = {
  name: "weekly",
  cron: "0 6 * * 1",
  timezone: "Europe/Paris",
  query: put("q.json", QUERY),
  requester: "ann",
  catchUp: true,
};
const load = (...schedules: readonly ScheduleEntry[]) =>
  loadSetting({ ...CONFIG, schedules }, { info: () => {}, warn: () => {}, error: () => {} });

test("a schedule is read with its query", () => {
  expect(load(WEEKLY).schedules).toEqual([{ ...WEEKLY, query: QUERY }]);
});

test.each<readonly [string, () => readonly ScheduleEntry[], string]>([
  [
    "too few fields",
    () => [{ ...WEEKLY, cron: "every monday" }],
    "its cron expression can't be read (expected 5 or 6 fields but got 2): write",
  ],
  ["an hour that is none", () => [{ ...WEEKLY, cron: "0 25 * * 1" }], "25 is a invalid expression for hour"],
  ["a day that never comes", () => [{ ...WEEKLY, cron: "0 6 30 2 *" }], "impossible day of month"],
  ["an unknown time zone", () => [{ ...WEEKLY, timezone: "Europe/Lutetia" }], 'there is no time zone "Europe/Lutetia"'],
  ["a name that is taken", () => [WEEKLY, { ...WEEKLY }], "another one has this name"],
  ["no query", () => [{ ...WEEKLY, query: join(folder, "none.json") }], "none.json can't be read"],
  [
    "a query that does not fit",
    () => [{ ...WEEKLY, query: put("bad.json", { ...QUERY, measures: [{ id: "x", proportion: "sik" }] }) }],
    "bad.json does not fit: at measures[0].proportion",
  ],
])("a schedule with %s is no start, with a sentence", (_, schedules, words) => {
  expect(() => load(...schedules())).toThrow(ConfigFault);
  expect(() => load(...schedules())).toThrow(words);
});

test("a store is a file or a database, and DATABASE_URL counts where neither is named", () => {
  const { store: _, ...bare } = CONFIG;
  const database = put("database-url", "postgresql://tutti@db/tutti\n");
  const environment = { DATABASE_URL: "postgresql://other@db/other" };
  expect(databaseUrl(CONFIG, environment)).toBeNull();
  expect(databaseUrl({ ...bare, database }, environment)).toBe("postgresql://tutti@db/tutti");
  expect(databaseUrl(bare, environment)).toBe("postgresql://other@db/other");
  expect(() => databaseUrl(bare, {})).toThrow("no store is named");
  expect(() => databaseUrl({ ...CONFIG, database }, {})).toThrow("both named");
});
