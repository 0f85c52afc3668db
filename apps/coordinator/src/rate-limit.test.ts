import fc from "fast-check";
import { expect, test } from "vitest";
import { RateLimit } from "./rate-limit.ts";

test("a bucket gives what it holds at once, then one each time one has come back, and says how long that takes", () => {
  const limit = new RateLimit({ perMinute: 60, burst: 3 });
  expect([1, 2, 3].map(() => limit.take("a", 10_000))).toEqual([0, 0, 0]);
  expect(limit.take("a", 10_000)).toBe(1_000);
  expect(limit.take("a", 10_400)).toBe(600);
  expect(limit.take("a", 11_000)).toBe(0);
  expect(limit.take("a", 11_000)).toBe(1_000);
});

test("names have buckets of their own, and what is put back can be taken again", () => {
  const limit = new RateLimit({ perMinute: 60, burst: 1 });
  expect([limit.take("a", 0), limit.take("b", 0), limit.take("a", 0)]).toEqual([0, 0, 1_000]);
  limit.giveBack("a");
  expect([limit.take("a", 0), limit.take("b", 0)]).toEqual([0, 1_000]);
  limit.giveBack("nobody");
  expect([limit.take("nobody", 0), limit.take("nobody", 0)]).toEqual([0, 1_000]);
});

test("whoever asks as they like gets no more than burst and rate allow, and whoever waits as told gets their turn", () => {
  const steps = fc.array(fc.record({ pauseMs: fc.nat(3_000), asTold: fc.boolean() }), { maxLength: 200 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 50 }), steps, (perMinute, burst, pauses) => {
      const limit = new RateLimit({ perMinute, burst });
      let nowMs = 1_000_000;
      let taken = 0;
      let toldMs = 0;
      for (const { pauseMs, asTold } of pauses) {
        const waited = asTold && toldMs > 0;
        nowMs += waited ? toldMs : pauseMs;
        const waitMs = limit.take("a", nowMs);
        if (waited) expect(waitMs).toBe(0);
        if (waitMs === 0) taken++;
        toldMs = Math.ceil(waitMs);
        expect(taken).toBeLessThanOrEqual(burst + ((nowMs - 1_000_000) * perMinute) / 60_000 + 1e-6);
      }
    }),
  );
});

test("however many names ask, memory has its bound, and those who ask again and again are not forgotten", () => {
  const limit = new RateLimit({ perMinute: 1, burst: 1 });
  expect(limit.take("often", 0)).toBe(0);
  for (let i = 0; i < 50_000; i++) {
    limit.take(`once ${i}`, 0);
    if (i % 10_000 === 0) expect(limit.take("often", 0)).toBeGreaterThan(0);
  }
});
