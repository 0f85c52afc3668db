import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contentHash, type Envelope } from "@tutti/envelope";
import type { LogEntry } from "@tutti/protocol";
import { afterAll, expect, test } from "vitest";
import { type Database, DatabaseFault } from "./database.ts";
import { SqliteDatabase } from "./sqlite-database.ts";
import { Store } from "./store.ts";
import type { TrialCentre } from "./trial/trial-centre.ts";
import { settled } from "./trial/trial-clock.ts";
import { QUERY } from "./trial/trial-dataset.ts";
import { TrialNetwork } from "./trial/trial-network.ts";

// The coordinator dies before or after every single write, and is started again on the same file, with centres that ask until they are answered.

const folder = mkdtempSync(join(tmpdir(), "tutti-crash-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let made = 0;

/** A database whose process dies at a write; then nothing is written or read any more. */
class MortalDatabase implements Database {
  writes = 0;
  dead = false;
  readonly #inner: Database;
  readonly #diesAt: number;
  readonly #when: "before" | "after";
  readonly #onDeath: () => void;

  constructor(inner: Database, diesAt: number, when: "before" | "after", onDeath: () => void) {
    this.#inner = inner;
    this.#diesAt = diesAt;
    this.#when = when;
    this.#onDeath = onDeath;
  }

  rows: Database["rows"] = async (...query) => {
    if (this.dead) throw new DatabaseFault("dead");
    return this.#inner.rows(...query);
  };

  write: Database["write"] = async (...statements) => {
    if (this.dead) throw new DatabaseFault("dead");
    const isLast = ++this.writes === this.#diesAt;
    if (!isLast || this.#when === "after") await this.#inner.write(...statements);
    if (!isLast) return;
    this.dead = true;
    this.#onDeath();
    throw new DatabaseFault("dead");
  };

  close: Database["close"] = async () => {
    await this.#inner.close();
  };
}

/** Everything that somebody was shown. */
interface Shown {
  /** Releases, as JSON. */
  readonly releases: Set<string>;
  /** Ids of queries that were taken. */
  readonly asked: string[];
}

/** Answers offers until it is told to end. */
async function work(centre: TrialCentre, shown: Shown, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await centre.catchUp();
    const answer = await centre.takePart().catch(() => null);
    if (answer === null || answer.status !== 200) await settled();
    else {
      const { release } = (await answer.json()) as { readonly release?: Envelope | null };
      if (release != null) shown.releases.add(JSON.stringify(release));
    }
  }
}

/** Two queries, one after the other, with a crash at one write; gives how many writes there were until then, and how the first query ended. */
async function scene(diesAt: number, when: "before" | "after"): Promise<{ readonly writes: number; readonly first: string | null }> {
  const path = join(folder, `${++made}.sqlite`);
  const died = Promise.withResolvers<void>();
  const database = new MortalDatabase(new SqliteDatabase(path), diesAt, when, () => died.resolve());
  const network = new TrialNetwork({ store: new Store(database) });
  const back = Promise.withResolvers<void>();
  network.back = back.promise;
  const shown: Shown = { releases: new Set(), asked: [] };
  let isOver = false;
  const centres = network.centres.map((centre) => work(centre, shown, () => isOver));
  const ended = async (id: string) => {
    for (;;) {
      const state = await network.state(id).catch(() => null);
      if (state?.release) shown.releases.add(JSON.stringify(state.release));
      if (state !== null && state.state !== "open") return state.state;
      await network.clock.advance(500);
    }
  };
  const asking = async () => {
    for (let i = 0; i < 2; i++) {
      const id = await network.ask({ ...QUERY, purpose: `trial ${shown.asked.length}` }).catch(() => null);
      if (id === null) return;
      shown.asked.push(id);
      await ended(id);
    }
  };
  await Promise.race([asking(), died.promise]);
  let inner: SqliteDatabase | null = null;
  if (database.dead) {
    await settled();
    await database.close();
    inner = new SqliteDatabase(path);
    await network.restart(new Store(inner));
  }
  network.back = null;
  back.resolve();
  const outcomes: string[] = [];
  for (const id of shown.asked) outcomes.push(await ended(id));
  // What was asked without an answer is in the store or not; if it is, it ends as well.
  const reader = inner ?? database;
  while ((await reader.rows("SELECT id FROM query WHERE outcome IS NULL")).length > 0) await network.clock.advance(500);
  // The network goes on: the next query is answered.
  const next = await network.ask({ ...QUERY, purpose: "next" });
  expect(await ended(next)).toBe("released");
  isOver = true;
  await network.close();
  await Promise.all(centres);

  const kept = await reader.rows("SELECT id, outcome, release FROM query");
  const releases = kept.flatMap(({ release }) => (release === null ? [] : [release as string]));
  const past = await reader.rows("SELECT item FROM past");
  const told = past.map(({ item }) => JSON.stringify((JSON.parse(item as string) as { release: Envelope }).release));
  // None is lost or half-published, and none is there twice.
  expect(told.toSorted()).toEqual(releases.toSorted());
  expect(new Set(releases).size).toBe(releases.length);
  for (const release of shown.releases) expect(releases).toContain(release);
  expect(kept.filter(({ outcome, release }) => (outcome === "released") !== (release !== null))).toEqual([]);
  expect(kept.length).toBeLessThanOrEqual(4);
  // The public log holds each release once, and each formation that anybody may have had.
  const logged = await new Store(reader).logRows.from(0, 100);
  const of = (kind: LogEntry["kind"]) => logged.flatMap((entry) => (entry.kind === kind ? [entry.envelope] : []));
  expect(of("release").toSorted()).toEqual(releases.map((release) => contentHash(JSON.parse(release))).toSorted());
  const formations = await reader.rows("SELECT formation FROM query WHERE formation IS NOT NULL");
  expect(of("formation")).toEqual(expect.arrayContaining(formations.map(({ formation }) => contentHash(JSON.parse(formation as string)))));
  expect(of("roster").length).toBe(1);
  await reader.close();
  return { writes: database.writes, first: outcomes[0] ?? null };
}

test("without a crash the roster is logged, two queries are answered and a third, by three writes each", async () => {
  expect(await scene(Infinity, "before")).toEqual({ writes: 10, first: "released" });
});

// The roster's entry; the writes of the first query: asked, formed, ended; and of the second.
test.each([
  [1, "before", null],
  [1, "after", null],
  [2, "before", null],
  [2, "after", null],
  [3, "before", "released"],
  [3, "after", "stopped"],
  [4, "before", "released"],
  [4, "after", "released"],
  [5, "before", "released"],
  [5, "after", "released"],
  [6, "before", "released"],
  [6, "after", "released"],
  [7, "before", "released"],
  [7, "after", "released"],
] as const)("a crash at write %i, %s it, loses no release, doubles nothing, and every query ends", async (diesAt, when, first) => {
  expect(await scene(diesAt, when)).toEqual({ writes: diesAt, first });
});
