import { afterAll, beforeAll, expect, test } from "vitest";
import { statement } from "./database.ts";
import { MIGRATIONS, SCHEMA_VERSION } from "./migrations.ts";
import { PostgresDatabase } from "./postgres-database.ts";
import { TrialPostgres } from "./trial/trial-postgres.ts";
import { storeSuite } from "./store.suite.ts";

let server: TrialPostgres;
beforeAll(async () => (server = await TrialPostgres.start()), 60_000);
afterAll(() => server?.stop());

let url = "";
storeSuite("PostgreSQL", async (which) => {
  if (which === "new") url = await server.database();
  return PostgresDatabase.open(url);
});

test("replicas that start at the same time bring the schema up to date once", async () => {
  const address = await server.database();
  const replicas = await Promise.all([1, 2, 3].map(() => PostgresDatabase.open(address)));
  expect(await replicas[0]!.rows("SELECT version FROM schema_version")).toEqual([{ version: SCHEMA_VERSION }]);
  await Promise.all(replicas.map((replica) => replica.close()));
});

test.each(MIGRATIONS.slice(0, -1).map(({ version }) => version))("a database of version %i is brought up to date", async (version) => {
  const address = await server.database();
  await (
    await PostgresDatabase.open(
      address,
      MIGRATIONS.filter((step) => step.version <= version),
    )
  ).close();
  const now = await PostgresDatabase.open(address);
  expect(await now.rows("SELECT version FROM schema_version")).toEqual([{ version: SCHEMA_VERSION }]);
  await now.close();
});

test("a database of a later version, an address that is none, and a server that is not there are refused with a sentence", async () => {
  const address = await server.database();
  const database = await PostgresDatabase.open(address);
  await database.write(statement("UPDATE schema_version SET version = ?", 999));
  await database.close();
  await expect(PostgresDatabase.open(address)).rejects.toThrow("another version");
  await expect(PostgresDatabase.open("postgresql://tutti@/x?host=/nowhere")).rejects.toThrow("can't be reached");
});

test("writes of a term that is over are refused, and change nothing", async () => {
  const database = await PostgresDatabase.open(await server.database());
  await database.write(statement("UPDATE term SET number = ?", 7));
  const [before, now] = [database.during(6), database.during(7)];
  const put = statement("INSERT INTO query (id, requester, asked_at_ms, query) VALUES (?, ?, ?, ?)", "1", "ann", 1, "{}");
  await expect(before.write(put)).rejects.toThrow("another replica leads");
  expect(await database.rows("SELECT id FROM query")).toEqual([]);
  await now.write(put);
  expect(await database.rows("SELECT id FROM query")).toEqual([{ id: "1" }]);
  await database.close();
});
