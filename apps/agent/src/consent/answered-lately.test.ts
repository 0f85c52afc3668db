import * as fc from "fast-check";
import { contentHash } from "@tutti/envelope";
import type { Entry } from "@tutti/ledger";
import { expect, test } from "vitest";
import { AnsweredLately } from "./answered-lately.ts";

const DAY_MS = 86_400_000;
const START_MS = Date.parse("2026-01-01T00:00:00Z");

function entry(kind: "answered" | "released" | "refused", offer: number, requester: string, atMs: number): Entry {
  return { kind, time: new Date(START_MS + atMs).toISOString(), body: { offer: contentHash(offer), requester } } as Entry;
}

test("each answer of a week counts once, with who asked and when", () => {
  const entries = fc.array(
    fc.tuple(fc.constantFrom("answered", "released", "refused"), fc.nat(20), fc.constantFrom("a", "b", "c"), fc.nat(3_600_000)),
  );
  fc.assert(
    fc.property(entries, (said) => {
      const lately = new AnsweredLately();
      const counted = new Map<number, { requester: string; atMs: number }>();
      let nowMs = 0;
      for (const [kind, offer, requester, laterMs] of said) {
        nowMs += laterMs;
        lately.remember(entry(kind, offer, requester, nowMs));
        if (kind !== "refused" && !counted.has(offer)) counted.set(offer, { requester, atMs: START_MS + nowMs });
      }
      fc.pre(nowMs < DAY_MS);
      expect(lately.all()).toEqual([...counted.values()]);
      for (let offer = 0; offer <= 20; offer++) expect(lately.has(contentHash(offer))).toBe(counted.has(offer));
    }),
  );
});

test("thousands of answers are there for a week, and those that are older than eight days go", () => {
  const lately = new AnsweredLately();
  const everyMs = 200_000;
  const total = 10_000;
  for (let i = 0; i < total; i++) lately.remember(entry("answered", i, `requester ${i % 3}`, i * everyMs));
  const nowMs = START_MS + (total - 1) * everyMs;
  const all = lately.all();
  const [first] = all;
  // The ones that have to be there are there, in order, and no more than a thousand beside them.
  expect(all).toEqual(
    Array.from({ length: all.length }, (_, i) => total - all.length + i).map((i) => ({
      requester: `requester ${i % 3}`,
      atMs: START_MS + i * everyMs,
    })),
  );
  expect(first!.atMs).toBeLessThanOrEqual(nowMs - 8 * DAY_MS + everyMs);
  expect(all.length).toBeLessThanOrEqual((8 * DAY_MS) / everyMs + 1_024);
});

test("an offer is known for a day after its answer, and its release counts no second time", () => {
  const lately = new AnsweredLately();
  lately.remember(entry("answered", 1, "a", 0));
  lately.remember(entry("answered", 2, "a", DAY_MS - 1));
  expect([1, 2].map((offer) => lately.has(contentHash(offer)))).toEqual([true, true]);
  lately.remember(entry("released", 1, "a", DAY_MS - 1));
  lately.remember(entry("released", 2, "a", DAY_MS));
  expect([1, 2].map((offer) => lately.has(contentHash(offer)))).toEqual([false, true]);
  expect(lately.all()).toHaveLength(2);
});
