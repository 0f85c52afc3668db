import { toHex } from "@tutti/envelope";
import fc from "fast-check";
import { expect, test } from "vitest";
import { COMMITTEE_SIZE, committeeOf } from "./committee.ts";

const nonce = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toHex);
const participants = (n: number): fc.Arbitrary<{ centre: string; nonce: string }[]> =>
  fc.array(nonce, { minLength: n, maxLength: n }).map((nonces) => nonces.map((one, i) => ({ centre: `centre ${i}`, nonce: one })));

test.each([3, 12, 15])("%i participants all hold points", (n) => {
  const all = Array.from({ length: n }, (_, i) => ({ centre: `c${i}`, nonce: "00".repeat(32) }));
  expect(committeeOf(all)).toEqual([...all.keys()]);
});

test("above fifteen, thirteen are drawn, in order, and by every nonce", () => {
  fc.assert(
    fc.property(participants(40), fc.nat(39), nonce, (all, who, other) => {
      const drawn = committeeOf(all);
      expect(drawn).toHaveLength(COMMITTEE_SIZE);
      expect(drawn).toEqual([...new Set(drawn)].toSorted((a, b) => a - b));
      expect(committeeOf(all)).toEqual(drawn);
      if (other !== all[who]!.nonce) expect(committeeOf(all.with(who, { ...all[who]!, nonce: other }))).not.toEqual(drawn);
    }),
    { numRuns: 30 },
  );
});

test("everybody is drawn about as often", () => {
  const times = new Float64Array(20);
  for (let run = 0; run < 400; run++) {
    const all = Array.from({ length: 20 }, (_, i) => ({ centre: `c${i}`, nonce: (run * 20 + i).toString(16).padStart(64, "0") }));
    for (const index of committeeOf(all)) times[index]! += 1;
  }
  // 400 draws of 13 among 20: 260 each, standard deviation 9.5.
  for (const drawn of times) expect(Math.abs(drawn - 260)).toBeLessThan(50);
});
