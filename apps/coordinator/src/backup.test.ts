import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { LABELS } from "@tutti/envelope";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { backUp, restore } from "./backup.ts";
import type { Config } from "./config.ts";
import { type Database, statement } from "./database.ts";
import { released } from "./ending.ts";
import { KEPT_TABLES, MIGRATIONS } from "./migrations.ts";
import { PostgresDatabase } from "./postgres-database.ts";
import { TrialPostgres } from "./trial/trial-postgres.ts";
import { SqliteDatabase } from "./sqlite-database.ts";
import { Store } from "./store.ts";

const folder = mkdtempSync(join(tmpdir(), "tutti-backups-"));
let server: TrialPostgres;
beforeAll(async () => (server = await TrialPostgres.start()), 60_000);
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const RELEASE = { payloadType: "x", payload: "e30=", signatures: [{ keyid: "a", sig: "s".repeat(88) }] };
const HASH = `sha256:${"0".repeat(64)}`;
const QUERIES = 450;

let made = 0;
const fresh = (name: string): string => join(folder, `${++made}-${name}`);

/** A configuration of a new store, and how it is opened. */
interface Kind {
  config(): Promise<Config>;
  open(config: Config): Promise<Database>;
}
const KINDS: Readonly<Record<"SQLite" | "PostgreSQL", Kind>> = {
  SQLite: {
    config: async () => ({ store: fresh("store.sqlite") }) as Config,
    open: async ({ store }) => new SqliteDatabase(store!),
  },
  PostgreSQL: {
    config: async () => {
      const database = fresh("database");
      writeFileSync(database, await server.database());
      return { database } as unknown as Config;
    },
    open: ({ database }) => PostgresDatabase.open(readFileSync(database!, "utf8")),
  },
};

/** More rows of a table than are read at a time, and a row of every other. */
async function filled({ config, open }: Kind): Promise<Config> {
  const given = await config();
  const store = new Store(await open(given));
  for (let i = 0; i < QUERIES; i++) await store.begin({ id: String(i), requester: "ann", askedAtMs: 1_790_000_000_000 + i, query: { i } });
  await store.end("7", released(RELEASE), 2, {
    session: "s",
    item: { offer: RELEASE, formation: RELEASE, release: RELEASE, record: null },
  });
  await store.logRows.append({ format: LABELS.logEntry, atMs: 1, kind: "roster", about: HASH, envelope: HASH });
  await store.scheduleRuns.asked("daily", 1, "7");
  await store.tokens.add({
    id: "1",
    hash: "sha256:a",
    name: "ann",
    role: "researcher",
    datasets: ["iph"],
    createdAtMs: 1,
    revokedAtMs: null,
  });
  await store.close();
  return given;
}

/** Everything that a store holds. */
async function contents(config: Config, { open }: Kind): Promise<unknown> {
  const database = await open(config);
  const all = await Promise.all(KEPT_TABLES.map((table) => database.rows(`SELECT * FROM ${table}`)));
  await database.close();
  return all.map((rows) => rows.map((row) => JSON.stringify(Object.entries(row).toSorted())).toSorted());
}

const KIND_NAMES = ["SQLite", "PostgreSQL"] as const;
describe.each(KIND_NAMES)("a backup of a store in %s", (name) => {
  test.each(KIND_NAMES)("is restored into %s as it was", async (into) => {
    const config = await filled(KINDS[name]);
    const to = fresh("backup");
    expect(await backUp(config, to)).toEqual({ queries: QUERIES, releases: 1 });
    expect(statSync(to).mode & 0o777).toBe(0o600);
    const target = await KINDS[into].config();
    expect(await restore(target, to)).toEqual({ queries: QUERIES, releases: 1 });
    expect(await contents(target, KINDS[into])).toEqual(await contents(config, KINDS[name]));
    await expect(restore(target, to)).rejects.toThrow(into === "SQLite" ? "move it away first" : "not empty");
    expect(readdirSync(folder).filter((left) => left.startsWith("tutti-backup-"))).toEqual([]);
  });

  test("under a passphrase is opened by that one alone", async () => {
    const [config, to] = [await filled(KINDS[name]), fresh("sealed")];
    const [passphrase, other] = ["correct horse battery", "correct horse batterz"].map((text) => {
      const path = fresh("passphrase");
      writeFileSync(path, text, { mode: 0o600 });
      return path;
    }) as [string, string];
    await backUp(config, to, passphrase);
    expect(readFileSync(to).includes("SQLite format")).toBe(false);
    const target = await KINDS[name].config();
    await expect(restore(target, to)).rejects.toThrow("--passphrase-file");
    await expect(restore(target, to, other)).rejects.toThrow("does not open it");
    writeFileSync(`${to}.cut`, readFileSync(to).subarray(0, -1));
    await expect(restore(target, `${to}.cut`, passphrase)).rejects.toThrow("damaged");
    await restore(target, to, passphrase);
    expect(await contents(target, KINDS[name])).toEqual(await contents(config, KINDS[name]));
  });
});

test("a backup is one moment, whatever is written meanwhile", async () => {
  const config = await filled(KINDS.PostgreSQL);
  const database = await KINDS.PostgreSQL.open(config);
  const copied = new AbortController();
  const writer = (async () => {
    for (let i = 0; !copied.signal.aborted; i++) {
      const put = (id: string) =>
        statement("INSERT INTO query (id, requester, asked_at_ms, query) VALUES (?, ?, ?, ?)", `${id}${i}`, "bob", 1, "{}");
      // Both or none: the two are never seen apart.
      await database.write(put("a"), statement("INSERT INTO past (number, session, item) VALUES (?, ?, ?)", 10 + i, `a${i}`, "{}"));
    }
  })();
  const to = fresh("moment");
  await backUp(config, to);
  copied.abort();
  await writer;
  await database.close();
  const archive = new DatabaseSync(to, { readOnly: true });
  const count = (sql: string) => Object.values(archive.prepare(sql).get()!)[0];
  expect(count("SELECT count(*) FROM query WHERE requester = 'bob'")).toBe(count("SELECT count(*) FROM past WHERE number >= 10"));
  archive.close();
});

test("a backup of an earlier version is brought up to date where it is restored", async () => {
  const old = fresh("old");
  const database = new SqliteDatabase(old, MIGRATIONS.slice(0, 2));
  await database.write(statement("INSERT INTO query (id, requester, asked_at_ms, query) VALUES (?, ?, ?, ?)", "1", "ann", 1, "{}"));
  await database.close();
  for (const kind of KIND_NAMES) {
    const target = await KINDS[kind].config();
    expect(await restore(target, old)).toEqual({ queries: 1, releases: 0 });
    const store = new Store(await KINDS[kind].open(target));
    expect((await store.open()).map(({ id }) => id)).toEqual(["1"]);
    await store.close();
  }
});

test("nothing is written over, and what is no backup is refused", async () => {
  const config = await filled(KINDS.SQLite);
  const there = fresh("there");
  writeFileSync(there, "{}");
  await expect(backUp(config, there)).rejects.toThrow("is there already");
  const target = await KINDS.PostgreSQL.config();
  await expect(restore(target, there)).rejects.toThrow("no backup of a coordinator");
  await expect(restore(target, fresh("nowhere"))).rejects.toThrow("can't be read");
  await expect(backUp(await KINDS.SQLite.config(), fresh("x"))).rejects.toThrow("nothing to back up");
  await expect(backUp(config, join(folder, "no", "such", "folder"))).rejects.toThrow("can't be written");
  expect(existsSync(config.store!)).toBe(true);
});

test("a backup holds every table but those of one database and its moment", () => {
  const created = MIGRATIONS.flatMap(({ statements }) => statements).flatMap(
    (sql) => /CREATE (?:UNLOGGED )?TABLE (\w+)/.exec(sql)?.[1] ?? [],
  );
  expect(created.filter((table) => !(KEPT_TABLES as readonly string[]).includes(table))).toEqual([
    "term",
    "passed_request",
    "passed_answer",
  ]);
  expect(KEPT_TABLES.every((table) => created.includes(table))).toBe(true);
});
