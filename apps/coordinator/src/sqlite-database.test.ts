import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeEach, expect, test } from "vitest";
import { MIGRATIONS } from "./migrations.ts";
import { SqliteDatabase } from "./sqlite-database.ts";
import { storeSuite } from "./store.suite.ts";

const folder = mkdtempSync(join(tmpdir(), "tutti-store-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let made = 0;
let path: string;
beforeEach(() => (path = join(folder, `${++made}.sqlite`)));

storeSuite("an SQLite file", async (which) => {
  if (which === "new") path = join(folder, `${++made}.sqlite`);
  return new SqliteDatabase(path);
});

/** Rows that a database of a version may hold, and what the newest version makes of them. */
const BEFORE: Readonly<Record<number, { readonly put: string; readonly get: string; readonly now: object }>> = {
  2: {
    put: "INSERT INTO query (id, requester, asked_at_ms, query, outcome) VALUES ('1', 'ann', 1, '{}', 'released')",
    get: "SELECT id, requester, outcome FROM query",
    now: { id: "1", requester: "ann", outcome: "released" },
  },
  3: {
    put: "INSERT INTO schedule_run (name, due_at_ms, outcome) VALUES ('daily', 1, 'awaited')",
    get: "SELECT name, due_at_ms, outcome FROM schedule_run",
    now: { name: "daily", due_at_ms: 1, outcome: "awaited" },
  },
  4: {
    put: "INSERT INTO query (id, requester, asked_at_ms, query, session) VALUES ('1', 'ann', 1, '{}', 'a')",
    get: "SELECT id, session FROM query",
    now: { id: "1", session: "a" },
  },
  5: {
    put: "INSERT INTO log_entry (position, kind, about, envelope, entry) VALUES (0, 'offer', 'a', 'b', '{}')",
    get: "SELECT position, kind FROM log_entry",
    now: { position: 0, kind: "offer" },
  },
};

test.each(MIGRATIONS.slice(0, -1).map(({ version }) => version))(
  "a store of version %i is brought up to date, and loses nothing",
  async (version) => {
    await new SqliteDatabase(
      path,
      MIGRATIONS.filter((step) => step.version <= version),
    ).close();
    const { put, get, now } = BEFORE[version]!;
    const old = new DatabaseSync(path);
    old.exec(put);
    old.close();
    const brought = new SqliteDatabase(path);
    expect(await brought.rows(get)).toEqual([now]);

    const fresh = new SqliteDatabase(":memory:");
    const tables = "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name";
    expect(await brought.rows(tables)).toEqual(await fresh.rows(tables));
    await brought.close();
  },
);

test.each([
  ["of a later version", () => new DatabaseSync(path).exec("PRAGMA user_version = 999"), "another version"],
  ["of a version that never was", () => new DatabaseSync(path).exec("PRAGMA user_version = 1"), "another version"],
  ["that is none", () => writeFileSync(path, "not a database, and long enough to be looked at".repeat(30)), "restore the newest backup"],
  ["in no folder", () => (path = join(folder, "nowhere", "x")), "can't be made"],
])("a store %s is refused with a sentence", (_, prepare, words) => {
  prepare();
  expect(() => new SqliteDatabase(path)).toThrow(words);
});

test("a store whose pages are damaged says so, and what to do", async () => {
  await new SqliteDatabase(path).close();
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0xff, new DataView(bytes.buffer, bytes.byteOffset).getUint16(16)));
  const damaged = new SqliteDatabase(path);
  await expect(damaged.rows("SELECT * FROM query")).rejects.toThrow(
    /^the store is damaged \(SQLite's error \d+\): .*restore the newest backup$/,
  );
  await damaged.close();
});
