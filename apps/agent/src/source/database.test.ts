import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Database } from "./database.ts";
import { SourceError } from "./source-error.ts";

let folder = "";
let database: Database;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tutti-database-"));
  database = await Database.open({ memoryLimitMb: 64, threads: 1 });
  await database.run("CREATE TABLE patients (n UTINYINT); INSERT INTO patients VALUES (7)");
});
afterAll(async () => {
  database.close();
  await rm(folder, { recursive: true });
});

test.each([
  "SELECT * FROM read_csv('/etc/passwd')",
  "SELECT * FROM read_text('/etc/passwd')",
  "SELECT * FROM '/etc/passwd'",
  "SELECT * FROM glob('/etc/*')",
  "SELECT * FROM read_parquet('http://127.0.0.1:9/x.parquet')",
  "SELECT getenv('HOME')",
  "INSTALL httpfs",
  "LOAD httpfs",
  "LOAD 'x.duckdb_extension'",
  "SET enable_external_access = true",
  "SET lock_configuration = false",
  "SET disabled_filesystems = ''",
  "SET memory_limit = '10GB'",
  "SET threads = 64",
  "RESET memory_limit",
  "PRAGMA temp_directory = '/tmp'",
  "CREATE PERSISTENT SECRET s (TYPE http, BEARER_TOKEN 'x')",
])("a closed database refuses: %s", async (text) => {
  await expect(database.run(text)).rejects.toThrow(/Permission|locked|disabled|Catalog|extension|Secret/i);
});

test("each lock holds by itself: no file system, no external access, no spilling", async () => {
  await expect(database.run("SELECT * FROM read_text('/etc/passwd')")).rejects.toThrow(/LocalFileSystem has been disabled/);
  const settings = ["enable_external_access", "autoload_known_extensions", "allow_community_extensions", "lock_configuration"];
  const text = `SELECT ${[...settings, "temp_directory", "threads"].map((name) => `CAST(current_setting('${name}') AS VARCHAR)`).join()}`;
  expect((await database.answer({ text, parameters: [] }, 1_000)).flat()).toEqual(["false", "false", "false", "true", "", "1"]);
});

test("it writes nothing", async () => {
  for (const text of [
    `COPY patients TO '${folder}/out.csv'`,
    `EXPORT DATABASE '${folder}/out'`,
    `ATTACH '${folder}/out.db'`,
    `ATTACH 'file:${folder}/out.db' AS other`,
  ])
    await expect(database.run(text)).rejects.toThrow();
  expect(await readdir(folder)).toEqual([]);
});

test("what does not fit into memory fails instead of being written to disk, and the next statement is answered", async () => {
  const large = "SELECT count(*) FROM (SELECT DISTINCT hash(range), hash(range + 1) FROM range(4000000))";
  await expect(database.answer({ text: large, parameters: [] }, 60_000)).rejects.toThrow(/could not answer/);
  expect(await database.answer({ text: "SELECT n FROM patients", parameters: [] }, 1_000)).toEqual([[7]]);
});

test("a statement that takes too long is stopped, and the next one is answered", async () => {
  const endless = "SELECT count(*) FROM range(1000000000) a, range(1000000) b WHERE a.range + b.range = 3";
  const before = performance.now();
  await expect(database.answer({ text: endless, parameters: [] }, 50)).rejects.toThrow(/took too long/);
  expect(performance.now() - before).toBeLessThan(5_000);
  expect(await database.answer({ text: "SELECT n FROM patients WHERE n > $1", parameters: [6] }, 1_000)).toEqual([[7]]);
});

test("an error holds nothing of what the database said", async () => {
  const failing = database.answer({ text: "SELECT CAST('zebra' || n AS INTEGER) FROM patients", parameters: [] }, 1_000);
  const error: unknown = await failing.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SourceError);
  expect(JSON.stringify([String(error), (error as Error).stack, (error as Error).cause])).not.toContain("zebra");
});
