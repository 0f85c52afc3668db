import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { systemClock } from "./clock.ts";
import { released } from "./ending.ts";
import { ProblemFault } from "./problem-fault.ts";
import type { Schedule } from "./schedule.ts";
import { Schedules } from "./schedules.ts";
import { SqliteDatabase } from "./sqlite-database.ts";
import { Store } from "./store.ts";
import { QUERY } from "./trial/trial-dataset.ts";

// node-cron with this machine's clock and timers, both unreal.

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const RELEASE = { payloadType: "x", payload: "e30=", signatures: [{ keyid: "a", sig: "s".repeat(88) }] };
/** Every day at six in Paris: five o'clock UTC in winter. */
const DAILY: Schedule = { name: "daily", cron: "0 6 * * *", timezone: "Europe/Paris", requester: "ann", catchUp: false, query: QUERY };
const FIRST_MS = Date.UTC(2026, 0, 1, 5);

let store: Store;
let asked: string[];
let logged: string[];
let open: Schedules[];
beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1), toFake: ["Date", "setTimeout", "clearTimeout"] });
  [store, asked, logged, open] = [new Store(new SqliteDatabase(":memory:")), [], [], []];
});
afterEach(() => {
  for (const schedules of open) schedules.stop();
  vi.useRealTimers();
});

async function started(changes: Partial<Schedule> = {}, ask: () => void = () => {}): Promise<Schedules> {
  const log = (about: object, message: string) => void logged.push(`${message} ${JSON.stringify(about)}`);
  const schedules = new Schedules({
    schedules: [{ ...DAILY, ...changes }],
    runs: store.scheduleRuns,
    clock: systemClock,
    log: { info: log, warn: log, error: log },
    ask: async (query, requester) => {
      ask();
      const id = String(asked.push(`${requester} ${JSON.stringify(query)}`));
      await store.begin({ id, requester, askedAtMs: Date.now(), query });
      return id;
    },
  });
  await schedules.start();
  open.push(schedules);
  return schedules;
}
const last = async (schedules: Schedules) => (await schedules.of("ann"))[0]!.lastRun;

test("a query is asked at its times in its zone, in its requester's name", async () => {
  const schedules = await started();
  expect(await schedules.of("ann")).toEqual([
    { name: "daily", cron: "0 6 * * *", timezone: "Europe/Paris", lastRun: null, nextRunAtMs: FIRST_MS },
  ]);
  await vi.advanceTimersByTimeAsync(5 * 60 * MINUTE_MS - 1);
  expect(asked).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toEqual([`ann ${JSON.stringify(QUERY)}`]);
  expect(await schedules.of("ann")).toMatchObject([
    { lastRun: { dueAtMs: FIRST_MS, outcome: "open", query: "1" }, nextRunAtMs: FIRST_MS + DAY_MS },
  ]);
  await store.end("1", released(RELEASE), Date.now(), null);
  expect(await last(schedules)).toMatchObject({ outcome: "released", query: "1" });
  await vi.advanceTimersByTimeAsync(DAY_MS);
  expect(asked).toHaveLength(2);
});

test("when the clocks go forward, six o'clock stays six o'clock", async () => {
  vi.setSystemTime(Date.UTC(2026, 2, 28, 12));
  expect((await (await started()).of("ann"))[0]!.nextRunAtMs).toBe(Date.UTC(2026, 2, 29, 4));
});

test("a schedule is told to its own requester alone", async () => {
  expect(await (await started()).of("bob")).toEqual([]);
});

test("a query is skipped while the last one is open, and asked again when it has ended", async () => {
  const schedules = await started();
  await vi.advanceTimersByTimeAsync(5 * 60 * MINUTE_MS + DAY_MS);
  expect(asked).toHaveLength(1);
  expect(await last(schedules)).toEqual({ dueAtMs: FIRST_MS + DAY_MS, outcome: "skipped", query: null });
  expect(logged.join()).toContain("skipped");
  await vi.advanceTimersByTimeAsync(DAY_MS);
  expect(asked).toHaveLength(1);
  await store.end("1", released(RELEASE), Date.now(), null);
  await vi.advanceTimersByTimeAsync(DAY_MS);
  expect(asked).toHaveLength(2);
});

test("a query that can't be asked is noted, and the next time is tried", async () => {
  let refusals = 1;
  const schedules = await started({}, () => {
    if (refusals-- > 0) throw new ProblemFault("too-many", "too many queries are open");
  });
  await vi.advanceTimersByTimeAsync(5 * 60 * MINUTE_MS);
  expect(await last(schedules)).toEqual({ dueAtMs: FIRST_MS, outcome: "notAsked", query: null });
  expect(logged.join()).toContain("too many queries are open");
  await vi.advanceTimersByTimeAsync(DAY_MS);
  expect(await last(schedules)).toMatchObject({ outcome: "open", query: "1" });
});

test("a mistake in asking is logged, and the next time is still awaited", async () => {
  const schedules = await started({}, () => {
    throw new TypeError("oops");
  });
  await vi.advanceTimersByTimeAsync(5 * 60 * MINUTE_MS);
  expect(logged.join()).toContain("TypeError");
  schedules.stop();
  vi.setSystemTime(FIRST_MS + DAY_MS + MINUTE_MS);
  expect(await last(await started())).toMatchObject({ dueAtMs: FIRST_MS + DAY_MS, outcome: "missed" });
});

test("what was missed while nothing ran is noted, and not asked unless it is to be caught up", async () => {
  (await started()).stop();
  vi.setSystemTime(FIRST_MS + 2 * DAY_MS + MINUTE_MS);
  const schedules = await started();
  expect(await last(schedules)).toEqual({ dueAtMs: FIRST_MS, outcome: "missed", query: null });
  expect(logged.join()).toContain("missed");
  await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
  expect(asked).toEqual([]);
  expect((await schedules.of("ann"))[0]!.nextRunAtMs).toBe(FIRST_MS + 3 * DAY_MS);
});

test("with catchUp it is asked once, half a minute after the start", async () => {
  (await started({ catchUp: true })).stop();
  vi.setSystemTime(FIRST_MS + 2 * DAY_MS + MINUTE_MS);
  const schedules = await started({ catchUp: true });
  await vi.advanceTimersByTimeAsync(29_999);
  expect(asked).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toHaveLength(1);
  expect(await last(schedules)).toMatchObject({ outcome: "open", query: "1" });
  schedules.stop();
  await store.end("1", released(RELEASE), Date.now(), null);
  await started({ catchUp: true });
  await vi.advanceTimersByTimeAsync(MINUTE_MS);
  expect(asked).toHaveLength(1);
});

test("nothing is missed that was not due", async () => {
  (await started()).stop();
  vi.setSystemTime(FIRST_MS - MINUTE_MS);
  expect(await last(await started())).toBeNull();
});

test("what has stopped asks nothing more, at its times or to catch up", async () => {
  (await started()).stop();
  await vi.advanceTimersByTimeAsync(DAY_MS);
  const schedules = await started({ catchUp: true });
  expect(await last(schedules)).toMatchObject({ outcome: "missed" });
  schedules.stop();
  await vi.advanceTimersByTimeAsync(2 * DAY_MS);
  expect(asked).toEqual([]);
});

test("times that pass while the machine sleeps are one note, and the next one is asked", async () => {
  const schedules = await started({ cron: "0 * * * *" });
  vi.setSystemTime(Date.UTC(2026, 0, 1, 5, 30));
  await vi.advanceTimersByTimeAsync(DAY_MS / 24);
  expect(asked).toEqual([]);
  expect(await last(schedules)).toEqual({ dueAtMs: Date.UTC(2026, 0, 1, 1), outcome: "missed", query: null });
  await vi.advanceTimersByTimeAsync(DAY_MS / 24);
  expect(await last(schedules)).toMatchObject({ dueAtMs: Date.UTC(2026, 0, 1, 7), outcome: "open" });
});
