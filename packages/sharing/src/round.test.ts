import { expect, test } from "vitest";
import { dealing, holdersDeal } from "./dealing.ts";
import type { SharingFault } from "./fault.ts";
import { opening, type Protocol, type Round, together } from "./round.ts";
import { demandOf } from "./supply.ts";
import { run, seeded } from "./trial.ts";

function* inTurn(values: readonly number[], degree: number): Protocol<number[]> {
  const heard: number[] = [];
  for (const value of values) heard.push(...(yield* opening(Uint32Array.of(value), degree)));
  return heard;
}

test("protocols side by side take as long as the longest, and hear each their own", () => {
  const { results, exchanges } = run(4, (_, { degree }) =>
    together([inTurn([1], degree), inTurn([2, 3, 4], degree), inTurn([], degree), inTurn([5, 6], degree)]),
  );
  // a constant polynomial is a sharing of its value
  for (const result of results) expect(result).toEqual([[1], [2, 3, 4], [], [5, 6]]);
  expect(exchanges).toBe(3);
});

test("side by side they say everything in one round", () => {
  const both = together([inTurn([1], 1), inTurn([2], 1)]);
  const round = both.next().value as Round;
  expect(round.open.map(({ shares, degree }) => [[...shares], degree])).toEqual([
    [[1], 1],
    [[2], 1],
  ]);
});

test("two that deal in one exchange are a defect", () => {
  const { results } = run(4, (self, scheme) => {
    const one = (): ReturnType<typeof dealing> => dealing(holdersDeal(scheme, demandOf()), self, null, seeded(self));
    return together([one(), one()]);
  });
  for (const result of results) expect((result as SharingFault).kind).toBe("defect");
});
