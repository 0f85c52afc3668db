import { add, inverse, mul, sub } from "@tutti/field";
import { expect, test } from "vitest";
import { dealing } from "./dealing.ts";
import type { SharingFault } from "./fault.ts";
import { lagrange } from "./interpolate.ts";
import { multiply } from "./product.ts";
import type { Protocol } from "./round.ts";
import { countsOnly, everybody, run, seeded, withShares } from "./trial.ts";
import { lieInParcels } from "./trial-session.ts";

// docs/decisions/check-before-multiplying.md as an experiment: holders 0, 1 and 2 of 12 pool what they see, and holder 0 adds 1 to the
// share of holder 5 of its own count. Everybody squares the total without waiting for the check.
const coalition = [0, 1, 2];
const target = 5;

function squared(secret: number, released: boolean) {
  const totals: Uint32Array[] = [];
  const said: Uint32Array[] = [];
  const lie = lieInParcels(0, ({ narrow, wide }, holder) => ({
    narrow: holder === target ? narrow.with(0, add(narrow[0]!, 1)) : narrow,
    wide,
  }));
  const { results } = run(
    12,
    function* (self, scheme): Protocol<void> {
      const what = everybody(scheme, 1, 0, { randoms: 0, zeros: 0, doubles: 1 });
      const { counts, supply } = yield* dealing(what, self, countsOnly([secret], self === 7), seeded(self));
      if (released) supply.release();
      totals[self] = counts;
      yield* multiply(scheme, counts, counts, supply);
    },
    (round, holder, exchange) => {
      if (exchange === 1) withShares(round, 0, (shares) => (said[holder] = shares));
      return lie(round, holder, exchange);
    },
  );
  return { totals, said, faults: results as readonly SharingFault[] };
}

test("squaring a total beside the check would tell it to t holders, one of whom dealt a wrong share", () => {
  for (const secret of [0, 3, 25]) {
    const { totals, said, faults } = squared(secret, true);
    for (const fault of faults) expect(fault.kind).toBe("opening");
    // seven other honest points give what the target's would have been: the difference is (f + 1)² − f² for its true share f
    const honest = [3, 4, 6, 7, 8, 9, 10];
    const difference = sub(said[target]![0]!, lagrange(honest, said, target + 1)[0]!);
    const share = Uint32Array.of(mul(sub(difference, 1), inverse(2)));
    const known = totals.map((total, i) => (i === target ? share : coalition.includes(i) ? total : null));
    expect(lagrange([...coalition, target], known, 0)[0]).toBe(secret);
  }
});

test("which is why a product before the check is a defect, and says nothing", () => {
  const { said, faults } = squared(3, false);
  for (const fault of faults) expect(fault.kind).toBe("defect");
  expect(said).toEqual([]);
});
