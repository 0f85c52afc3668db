import { createHash } from "node:crypto";
import { encodeBundle, RESULT_EXCHANGE } from "@tutti/protocol";
import { beforeEach, expect, test } from "vitest";
import { Relay } from "./relay.ts";
import { TrialClock } from "./trial/trial-clock.ts";

const session = new Uint8Array(32).fill(7);
const hash = (bytes: Uint8Array): Uint8Array => createHash("sha256").update(bytes).digest();

function bundle(from: number, exchange: number, text: string, of: Uint8Array = session): Uint8Array {
  const parts = [0, 1, 2, 3].map((to) => Buffer.from(to === from ? "" : `${text} for ${to}`));
  return encodeBundle(of, exchange, from, Buffer.from(`${text} for all`), parts, hash).bytes;
}

let clock: TrialClock;
let events: string[];
let silent: number;
let incomplete: (readonly number[])[];
let relay: Relay;
beforeEach(() => {
  clock = new TrialClock();
  events = [];
  silent = 0;
  incomplete = [];
  relay = new Relay({
    session,
    participants: 4,
    committee: [0, 1, 2],
    exchangeMs: 1_000,
    dealMs: 1_000,
    clock,
    onEvent: (what, exchange, who) =>
      void events.push(`${what} ${exchange === RESULT_EXCHANGE ? "result" : exchange}${who === null ? "" : ` by ${who}`}`),
    onIncomplete: (missing) => void incomplete.push(missing),
    onSilence: () => void silent++,
  });
});
const all = (exchange: number, who = [0, 1, 2, 3]) => who.map((i) => relay.post(i, exchange, bundle(i, exchange, `from ${i}`)));
const text = (delivery: Uint8Array | null) => Buffer.from(delivery ?? []).toString("latin1");

test("each gets the broadcasts and its own parts, once all have posted", () => {
  const first = relay.post(0, 0, bundle(0, 0, "from 0"));
  expect(first.delivery()).toBeNull();
  const [, , third] = all(0, [1, 2, 3]);
  expect(text(first.delivery())).toContain("from 3 for 0");
  expect(text(first.delivery())).not.toContain("for 1");
  expect(text(third!.delivery())).toContain("from 0 for all");
});

test("the same bundle again gets the same delivery, also after the next exchange has begun; another one does not", () => {
  const [first] = all(0);
  all(1, [1]);
  expect(relay.post(0, 0, bundle(0, 0, "from 0")).delivery()).toEqual(first!.delivery());
  expect(() => relay.post(0, 0, bundle(0, 0, "other"))).toThrow("another bundle was posted");
  relay.post(0, 1, bundle(0, 1, "from 0"));
  expect(() => relay.post(0, 1, bundle(0, 1, "other"))).toThrow("another bundle was posted");
});

test("who misses an exchange is gone for the rest, and comes too late", async () => {
  all(0);
  const posted = all(1, [0, 1]);
  await clock.advance(999);
  expect(posted[0]!.delivery()).toBeNull();
  await clock.advance(1);
  expect(text(posted[0]!.delivery())).toContain("from 1 for all");
  expect([...relay.gone]).toEqual([2]);
  for (const exchange of [1, 2]) expect(() => relay.post(2, exchange, bundle(2, exchange, "late"))).toThrow("went on without");
  for (const { delivery } of all(2, [0, 1])) expect(text(delivery())).toContain("from 1 for all");
  expect(events.slice(-5)).toEqual(["gone 1 by 2", "exchanged 1", "posted 2 by 0", "posted 2 by 1", "exchanged 2"]);
});

test("a deal in which somebody is missing is passed on to nobody", async () => {
  const posted = all(0, [0, 1, 3]);
  expect(relay.dealt).toBe(false);
  await clock.advance(1_000);
  expect(incomplete).toEqual([[2]]);
  for (const { delivery } of posted) expect(delivery()).toBeNull();
  expect(() => relay.post(2, 0, bundle(2, 0, "late"))).toThrow("went on without");
  expect(() => relay.post(0, 1, bundle(0, 1, "x"))).toThrow("has not begun");
});

test("only the committee speaks after the first exchange, and the result waits for it", async () => {
  all(0);
  expect(() => relay.post(3, 1, bundle(3, 1, "x"))).toThrow("only the committee");
  const outsider = relay.post(3, RESULT_EXCHANGE, bundle(3, RESULT_EXCHANGE, "nothing"));
  for (const exchange of [1, 2, 3]) {
    await clock.advance(900);
    all(exchange, [0, 1, 2]);
  }
  expect(outsider.delivery()).toBeNull();
  all(RESULT_EXCHANGE, [0, 1]);
  await clock.advance(1_000);
  expect(text(outsider.delivery())).toContain("from 0 for 3");
  expect([...relay.gone]).toEqual([2]);
});

test("two exchanges are kept, no more", () => {
  for (const exchange of [0, 1, 2]) all(exchange, exchange === 0 ? [0, 1, 2, 3] : [0, 1, 2]);
  expect(relay.post(0, 1, bundle(0, 1, "from 0")).delivery()).not.toBeNull();
  expect(() => relay.post(0, 0, bundle(0, 0, "from 0"))).toThrow("went on without");
});

test.each([
  ["cut short", () => relay.post(0, 0, bundle(0, 0, "x").subarray(0, 90)), "not a bundle"],
  ["of another session", () => relay.post(0, 0, bundle(0, 0, "x", new Uint8Array(32))), "another session"],
  ["of another exchange", () => relay.post(0, 0, bundle(0, 1, "x")), "another session, exchange"],
  ["of another participant", () => relay.post(0, 0, bundle(1, 0, "x")), "another session, exchange or participant"],
  ["before its time", () => relay.post(0, 2, bundle(0, 2, "x")), "has not begun"],
  ["of the result before anything", () => relay.post(0, RESULT_EXCHANGE, bundle(0, RESULT_EXCHANGE, "x")), "has not begun"],
])("a bundle %s is not taken", (_, post, words) => {
  expect(post).toThrow(words);
  expect(events).toEqual([]);
});

test("silence is told after twice the time of an exchange, unless somebody posts", async () => {
  all(0);
  await clock.advance(1_900);
  all(1, [0, 1, 2]);
  await clock.advance(1_900);
  expect(silent).toBe(0);
  await clock.advance(200);
  expect(silent).toBe(1);
});

test("closing ends the waits, with no delivery", async () => {
  const { over, delivery } = relay.post(0, 0, bundle(0, 0, "x"));
  relay.close();
  await over;
  expect(delivery()).toBeNull();
  await clock.advance(5_000);
  expect(events).toEqual(["posted 0 by 0"]);
});

test("twelve bundles of 250 kB are passed on whole", () => {
  const count = 12;
  const part = new Uint8Array(20_000);
  const big = new Relay({
    session,
    participants: count,
    committee: Array.from({ length: count }, (_, i) => i),
    exchangeMs: 1_000,
    dealMs: 1_000,
    clock,
    onEvent: () => {},
    onIncomplete: () => {},
    onSilence: () => {},
  });
  const bundles = Array.from(
    { length: count },
    (_, from) =>
      encodeBundle(
        session,
        0,
        from,
        part,
        Array.from({ length: count }, () => part),
        hash,
      ).bytes,
  );
  const posted = bundles.map((bytes, from) => big.post(from, 0, bytes));
  const bytes = posted.reduce((sum, { delivery }) => sum + delivery()!.length, 0);
  expect(bytes).toBeGreaterThan(count * 250_000);
});
