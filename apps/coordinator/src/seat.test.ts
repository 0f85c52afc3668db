import { expect, test } from "vitest";
import type { App } from "./app.ts";
import { type Database, DatabaseFault, type Statement } from "./database.ts";
import { onlyTerm, Seat } from "./seat.ts";
import { SqliteDatabase } from "./sqlite-database.ts";
import { Store } from "./store.ts";
import { settled } from "./trial/trial-clock.ts";
import { QUERY } from "./trial/trial-dataset.ts";
import { TrialNetwork } from "./trial/trial-network.ts";
import { bearer } from "./trial/trial-tokens.ts";

const ENV = { incoming: { rawHeaders: [] } };

/** A database that can be full. */
function filling(inner: Database): Database & { isFull: boolean } {
  const demandSpace = () => {
    if (database.isFull) throw new DatabaseFault("the store can't be written");
  };
  const database = {
    isFull: false,
    rows: inner.rows.bind(inner),
    write: async (...statements: readonly Statement[]) => {
      demandSpace();
      await inner.write(...statements);
    },
    close: inner.close.bind(inner),
  };
  return database;
}

async function seated() {
  const database = filling(new SqliteDatabase(":memory:"));
  const network = new TrialNetwork();
  const log = (about: object, message: string) => void network.logged.push(`${message} ${JSON.stringify(about)}`);
  const apps: App[] = [];
  const seat = await Seat.take({
    terms: onlyTerm(new Store(database)),
    open: (store) => {
      const app = network.open(store);
      apps.push(app);
      return app;
    },
    clock: network.clock,
    log: { info: log, warn: log, error: log },
  });
  const call = (path: string, body?: object) => {
    const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    const length = body === undefined ? {} : { "content-length": String(JSON.stringify(body).length) };
    return seat.answer(new Request(`http://coordinator${path}`, { ...init, headers: { ...bearer("ann"), ...length } }), ENV);
  };
  return { database, network, seat, call, apps };
}

test("while its disk is full a coordinator takes nothing; then it goes on with what it had taken", async () => {
  const { database, network, seat, call, apps } = await seated();
  const { id } = (await (await call("/v1/queries", QUERY)).json()) as { id: string };
  database.isFull = true;
  const refused = await call("/v1/queries", QUERY);
  expect([refused.status, await refused.text()]).toEqual([503, expect.stringContaining("not-ready")]);
  await settled();
  expect(seat.isLeading).toBe(false);
  expect((await call(`/v1/queries/${id}`)).status).toBe(503);
  expect(network.logged.join()).toContain("the store can't be written");
  database.isFull = false;
  await network.clock.advance(1_000);
  expect(seat.isLeading).toBe(true);
  expect(apps).toHaveLength(2);
  expect(await (await call(`/v1/queries/${id}`)).json()).toMatchObject({ id, state: "open", events: [{ what: "offered" }] });
  await seat.stop();
});

test("a store that can't be read at the start is no start", async () => {
  const database = new SqliteDatabase(":memory:");
  await database.close();
  const network = new TrialNetwork();
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const taking = Seat.take({ terms: onlyTerm(new Store(database)), open: (store) => network.open(store), clock: network.clock, log });
  await expect(taking).rejects.toThrow(DatabaseFault);
});
