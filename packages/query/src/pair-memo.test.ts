import fc from "fast-check";
import { expect, test } from "vitest";
import { PairMemo } from "./pair-memo.ts";

const number = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 2 ** 31 - 1 }));
const entries = fc.array(fc.tuple(number, number, fc.nat(2 ** 31 - 1)), { maxLength: 300 });

test("it gives what a map by unordered pairs gives, also when it was cleared and filled again", () => {
  fc.assert(
    fc.property(entries, entries, fc.array(fc.tuple(number, number)), (before, added, others) => {
      const memo = new PairMemo();
      for (const [one, other, result] of before) memo.set(one, other, result);
      memo.clear();
      for (const [one, other] of before) expect(memo.get(one, other)).toBe(-1);
      const map = new Map<string, number>();
      const nameOf = (one: number, other: number): string => `${Math.min(one, other)} ${Math.max(one, other)}`;
      for (const [one, other, result] of added) {
        memo.set(one, other, result);
        map.set(nameOf(one, other), result);
      }
      const asked = [...added.map(([one, other]) => [one, other] as const), ...others];
      for (const [one, other] of asked)
        for (const found of [memo.get(one, other), memo.get(other, one)]) expect(found).toBe(map.get(nameOf(one, other)) ?? -1);
    }),
  );
});

test("a pair weighs 24 bytes, and nothing once all are forgotten", () => {
  const memo = new PairMemo();
  for (let one = 1; one <= 300; one++) for (let other = one; other <= 300; other++) memo.set(one, other, one);
  expect(memo.bytes).toBe(((300 * 301) / 2) * 24);
  memo.clear();
  expect(memo.bytes).toBe(0);
  expect(memo.get(300, 1)).toBe(-1);
});
