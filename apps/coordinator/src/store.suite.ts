import { LABELS } from "@tutti/envelope";
import type { LogEntry } from "@tutti/protocol";
import { describe, expect, test } from "vitest";
import { type Database, DatabaseFault, statement } from "./database.ts";
import { released, timedOut } from "./ending.ts";
import { Store } from "./store.ts";

// What holds for every store; each database's own test file runs it.

const QUESTION = { id: "1", requester: "ann", askedAtMs: 1, query: { measures: [] } };
const RELEASE = { payloadType: "x", payload: "e30=", signatures: [{ keyid: "a", sig: "s".repeat(88) }] };
const ITEM = { offer: RELEASE, formation: RELEASE, release: RELEASE, record: null };
const OTHER = { ...ITEM, offer: { ...RELEASE, payload: "e31=" } };
const HASH = `sha256:${"0".repeat(64)}`;
const ENTRY: LogEntry = { format: LABELS.logEntry, atMs: 1, kind: "roster", about: HASH, envelope: HASH };
const OF_B: LogEntry = { ...ENTRY, kind: "release", about: "b".repeat(64), envelope: `sha256:${"1".repeat(64)}` };

const FORMED = { session: "s", offer: RELEASE, formation: { ...RELEASE, payload: "e31=" } };

async function historyOf(store: Store): Promise<readonly unknown[]> {
  const items = [];
  for await (const item of store.history()) items.push(item);
  return items;
}

/**
 * The cases for one kind of database.
 * @param open opens a new, empty database, or the last one again
 */
export function storeSuite(name: string, open: (which: "new" | "same") => Promise<Database>): void {
  describe(`a store in ${name}`, () => {
    test("a release outlives the process, for its own requester", async () => {
      const before = new Store(await open("new"));
      await before.begin(QUESTION);
      await before.end("1", released(RELEASE), 2, null);
      await before.close();
      const after = new Store(await open("same"));
      expect(await after.find("1", "ann")).toEqual({ ending: { outcome: "released", detail: null, release: RELEASE } });
      expect(await after.find("1", "bob")).toBeNull();
      expect(await after.find("2", "ann")).toBeNull();
      expect(await after.find("1", null)).not.toBeNull();
      await after.close();
    });

    test("a query goes from stage to stage, and stays at its end", async () => {
      const before = new Store(await open("new"));
      for (const id of ["1", "2", "3"]) await before.begin({ ...QUESTION, id });
      await before.form("2", FORMED);
      await before.end("3", timedOut("too long"), 2, null);
      await before.close();
      const after = new Store(await open("same"));
      expect(await after.open()).toEqual([
        { ...QUESTION, id: "2", formed: FORMED },
        { ...QUESTION, id: "1", formed: null },
      ]);
      await after.end("2", released(RELEASE), 3, null);
      await after.end("2", timedOut("too late"), 4, null);
      await after.form("2", { ...FORMED, session: "other" });
      expect((await after.find("2", "ann"))!.ending).toEqual({ outcome: "released", detail: null, release: RELEASE });
      expect(await after.releasedIn("s")).toEqual(RELEASE);
      expect(await after.releasedIn("other")).toBeNull();
      expect((await after.open()).map(({ id }) => id)).toEqual(["1"]);
      await after.close();
    });

    test("entries of the public log are numbered as they are written, with what they are about or not at all", async () => {
      const before = new Store(await open("new"));
      await before.begin(QUESTION);
      await before.logRows.append(ENTRY);
      await before.form("1", { session: "b", offer: RELEASE, formation: RELEASE }, [{ ...ENTRY, kind: "offer" }]);
      await before.end("1", released(RELEASE), 2, { session: "b", item: ITEM }, [OF_B]);
      await before.keep({ session: "a", item: OTHER }, [{ ...ENTRY, kind: "record" }]);
      await expect(before.begin(QUESTION)).rejects.toThrow(DatabaseFault);
      await before.close();
      const after = new Store(await open("same"));
      const { logRows } = after;
      expect((await logRows.from(0, 10)).map(({ kind }) => kind)).toEqual(["roster", "offer", "release", "record"]);
      expect((await logRows.from(1, 2)).map(({ kind }) => kind)).toEqual(["offer", "release"]);
      expect(await logRows.find(OF_B.about, OF_B.envelope)).toEqual({ position: 2, entry: OF_B });
      expect(await logRows.find(OF_B.about, ENTRY.envelope)).toBeNull();
      expect(await after.sessionOf("1", "ann")).toEqual({ session: "b", item: ITEM });
      expect(await after.sessionOf("1", null)).toEqual({ session: "b", item: ITEM });
      expect(await after.sessionOf("1", "bob")).toBeNull();
      await after.close();
    });

    test("tokens outlive the process with all that they are for, and so does that one was revoked", async () => {
      const before = new Store(await open("new"));
      const plain = { id: "1", hash: "sha256:a", name: "ann", role: "researcher", createdAtMs: 1, revokedAtMs: null } as const;
      const scoped = { ...plain, id: "2", hash: "sha256:b", datasets: ["iph"], actions: ["ask", "state"], expiresAtMs: 9 } as const;
      await before.tokens.add(plain);
      await before.tokens.add(scoped);
      await expect(before.tokens.add({ ...plain, id: "3" })).rejects.toThrow(DatabaseFault);
      expect(await before.tokens.revoke("1", 5)).toBe(true);
      await before.close();
      const after = new Store(await open("same"));
      expect(await after.tokens.all()).toEqual([{ ...plain, revokedAtMs: 5 }, scoped]);
      expect(await after.tokens.byHash("sha256:b")).toEqual(scoped);
      expect(await after.tokens.byHash("sha256:c")).toBeNull();
      expect((await after.tokens.ofName("ann")).length).toBe(2);
      expect(await after.tokens.revoke("1", 6)).toBe(false);
      await after.close();
    });

    test("what sessions tell is kept in the order in which they were first told, the last word of each", async () => {
      const before = new Store(await open("new"));
      await before.begin(QUESTION);
      await before.keep({ session: "a", item: OTHER });
      await before.end("1", released(RELEASE), 2, { session: "b", item: ITEM });
      await before.keep({ session: "a", item: ITEM });
      await before.close();
      const after = new Store(await open("same"));
      expect(await historyOf(after)).toEqual([ITEM, ITEM]);
      await after.keep({ session: "b", item: OTHER });
      expect(await historyOf(after)).toEqual([ITEM, OTHER]);
      await after.close();
    });

    test("of several statements all are written, or none", async () => {
      const database = await open("new");
      const store = new Store(database);
      await store.begin(QUESTION);
      const twice = statement("INSERT INTO query (id, requester, asked_at_ms, query) VALUES (?, ?, ?, ?)", "2", "secret", 1, "{}");
      const fault = await database.write(twice, twice).catch((error: unknown) => error);
      expect(fault).toBeInstanceOf(DatabaseFault);
      expect(String(fault)).not.toContain("secret");
      await database.write(twice);
      expect(await database.rows("SELECT id FROM query ORDER BY id")).toEqual([{ id: "1" }, { id: "2" }]);
      await store.close();
    });

    test("times of milliseconds, and nothing, come back as they were", async () => {
      const database = await open("new");
      await new Store(database).begin({ ...QUESTION, askedAtMs: 1_790_000_000_123 });
      expect(await database.rows("SELECT asked_at_ms, ended_at_ms FROM query")).toEqual([
        { asked_at_ms: 1_790_000_000_123, ended_at_ms: null },
      ]);
      await database.close();
    });

    test("of each schedule the last hundred times are kept", async () => {
      const database = await open("new");
      const { scheduleRuns } = new Store(database);
      for (let due = 1; due <= 250; due++) {
        await scheduleRuns.notAsked("often", due, "skipped");
        await scheduleRuns.await("often", due + 1);
      }
      await scheduleRuns.notAsked("seldom", 1, "skipped");
      const counts = "SELECT name, count(*) AS kept, max(due_at_ms) AS last FROM schedule_run GROUP BY name ORDER BY name";
      expect(await database.rows(counts)).toEqual([
        { name: "often", kept: 101, last: 251 },
        { name: "seldom", kept: 1, last: 1 },
      ]);
      await database.close();
    });

    test("a scheduled query is open until it has ended", async () => {
      const store = new Store(await open("new"));
      await store.begin(QUESTION);
      await store.scheduleRuns.asked("daily", 1, "1");
      expect(await store.scheduleRuns.isOpen("daily")).toBe(true);
      await store.end("1", timedOut("too long"), 3, null);
      expect(await store.scheduleRuns.isOpen("daily")).toBe(false);
      expect(await store.scheduleRuns.last("daily")).toEqual({ dueAtMs: 1, outcome: "timedOut", query: "1" });
      await store.close();
    });
  });
}
