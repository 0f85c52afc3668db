import { expect, test } from "vitest";
import { SharingFault } from "./fault.ts";
import { demandOf, Supply } from "./supply.ts";

const numbers = (from: number): Uint32Array => Uint32Array.from({ length: 4 }, (_, i) => from + i);
const supply = (): Supply => new Supply(numbers(0), numbers(10), numbers(20), numbers(30));
const defect = expect.objectContaining({ name: "SharingFault", kind: "defect" });

test("it is closed until the check has passed, but for randomness that no secret goes into", () => {
  const closed = supply();
  for (const take of [() => closed.randoms(1), () => closed.zeros(1), () => closed.doubles(1)]) expect(take).toThrow(defect);
  expect(closed.left()).toEqual({ randoms: 4, zeros: 4, doubles: 4 });
  expect(closed.unchecked(2)).toEqual({ randoms: Uint32Array.of(0, 1), zeros: Uint32Array.of(10, 11) });
  closed.release();
  expect([...closed.randoms(1)]).toEqual([2]);
});

test("everything is given once, and no more than there is", () => {
  const open = supply();
  open.release();
  const given = [
    ...open.randoms(1),
    ...open.unchecked(1).randoms,
    ...open.randoms(2),
    ...open.zeros(3),
    ...open.doubles(2).low,
    ...open.doubles(2).high,
  ];
  expect(new Set(given).size).toBe(given.length);
  expect(open.left()).toEqual({ randoms: 0, zeros: 0, doubles: 0 });
  for (const take of [() => open.randoms(1), () => open.zeros(1), () => open.doubles(1), () => open.unchecked(1)]) {
    expect(take).toThrow(SharingFault);
  }
});

test("demands add up", () => {
  expect(demandOf()).toEqual({ randoms: 0, zeros: 0, doubles: 0 });
  expect(demandOf({ randoms: 1, zeros: 2, doubles: 3 }, { randoms: 10, zeros: 0, doubles: 5 })).toEqual({
    randoms: 11,
    zeros: 2,
    doubles: 8,
  });
});
