import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeEach, expect, test } from "vitest";
import { released, timedOut } from "./ending.ts";
import { SqliteStore } from "./store.ts";

const folder = mkdtempSync(join(tmpdir(), "tutti-store-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let made = 0;
let path: string;
beforeEach(() => (path = join(folder, `${++made}.sqlite`)));

const QUERY = { id: "1", requester: "ann", askedAtMs: 1, query: { measures: [] } };
const RELEASE = { payloadType: "x", payload: "e30=", signatures: [{ keyid: "a", sig: "s".repeat(88) }] };

test("a release outlives the process, for its own requester", () => {
  const before = new SqliteStore(path, 0);
  before.begin(QUERY);
  before.end("1", released(RELEASE), 2);
  before.close();
  const after = new SqliteStore(path, 3);
  expect(after.find("1", "ann")).toEqual({ ending: { outcome: "released", detail: null, release: RELEASE } });
  expect(after.find("1", "bob")).toBeNull();
  expect(after.find("2", "ann")).toBeNull();
  after.close();
});

test("a query that was open when the process ended is marked as stopped, others stay as they are", () => {
  const before = new SqliteStore(path, 0);
  before.begin(QUERY);
  before.begin({ ...QUERY, id: "2" });
  before.end("2", timedOut("too long"), 2);
  expect(before.find("1", "ann")).toBeNull();
  before.close();
  const after = new SqliteStore(path, 3);
  expect(after.find("1", "ann")!.ending).toMatchObject({ outcome: "stopped", release: null });
  expect(after.find("1", "ann")!.ending.detail).toContain("Ask again");
  expect(after.find("2", "ann")!.ending).toMatchObject({ outcome: "timedOut" });
  after.close();
});

test("a store from before there were schedules is brought up to date, and loses nothing", () => {
  const before = new SqliteStore(path, 0);
  before.begin(QUERY);
  before.end("1", released(RELEASE), 2);
  before.close();
  const old = new DatabaseSync(path);
  old.exec("DROP TABLE schedule_run; PRAGMA user_version = 2;");
  old.close();
  const after = new SqliteStore(path, 3);
  after.scheduleRuns.await("daily", 5);
  expect(after.scheduleRuns.miss("daily", 5)).toBe(5);
  expect(after.find("1", "ann")).not.toBeNull();
  after.close();
  new SqliteStore(path, 4).close();
});

test("of each schedule the last hundred times are kept", () => {
  const { scheduleRuns } = new SqliteStore(path, 0);
  for (let due = 1; due <= 250; due++) {
    scheduleRuns.notAsked("often", due, "skipped");
    scheduleRuns.await("often", due + 1);
  }
  scheduleRuns.notAsked("seldom", 1, "skipped");
  const database = new DatabaseSync(path);
  const counts = database.prepare("SELECT name, count(*) AS kept, max(due_at_ms) AS last FROM schedule_run GROUP BY name").all();
  expect(counts).toMatchObject([
    { name: "often", kept: 101, last: 251 },
    { name: "seldom", kept: 1, last: 1 },
  ]);
  database.close();
});

test("a scheduled query that was open when the process ended is not open for ever", () => {
  const before = new SqliteStore(path, 0);
  before.begin(QUERY);
  before.scheduleRuns.asked("daily", 1, "1");
  expect(before.scheduleRuns.isOpen("daily")).toBe(true);
  before.close();
  const { scheduleRuns } = new SqliteStore(path, 3);
  expect(scheduleRuns.isOpen("daily")).toBe(false);
  expect(scheduleRuns.last("daily")).toEqual({ dueAtMs: 1, outcome: "stopped", query: "1" });
});

test.each([
  ["of a later version", () => new DatabaseSync(path).exec("PRAGMA user_version = 9"), "another version"],
  ["that is none", () => writeFileSync(path, "not a database, and long enough to be looked at".repeat(30)), "not a store"],
  ["in no folder", () => (path = join(folder, "nowhere", "x")), "not a store"],
])("a store %s is refused with a sentence", (_, prepare, words) => {
  prepare();
  expect(() => new SqliteStore(path, 0)).toThrow(words);
});
