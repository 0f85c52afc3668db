import { expect, test } from "vitest";
import fc from "fast-check";
import { canonical, Keys, plan, predicateOf } from "./index.ts";
import { conditions, dataset, everyPatient, holds, queries } from "./trial.ts";

test("two sets are disjoint exactly when no patient is in both", () => {
  const keys = new Keys(dataset);
  fc.assert(
    fc.property(conditions, conditions, (one, other) => {
      const [a, b] = [predicateOf(one), predicateOf(other)];
      const both = everyPatient.some((patient) => holds(a, patient) && holds(b, patient));
      expect(keys.disjoint(canonical(a, dataset), canonical(b, dataset))).toBe(!both);
    }),
    { numRuns: 200 },
  );
});

test.each([
  "",
  "nobody",
  "sex",
  "sex(",
  "sex()",
  'sex("F"',
  'sex("F"))',
  'sex("X")',
  "height(<1)",
  "#0",
  'sex("F":#7)',
  'sex("M","F")',
  "sex(constructor)",
])("%j is not a key", (text) => {
  expect(() => new Keys(dataset).disjoint(text, "all")).toThrow(RangeError);
});

test("every cell tells of cohorts or strata of its plan, and a stratum of itself", () => {
  fc.assert(
    fc.property(queries, (query) => {
      const { cells } = plan(query, dataset);
      cells.forEach(({ within, role }, index) => {
        expect(within.length).toBeGreaterThan(0);
        for (const block of within) expect(cells[block]!.within).toContain(block);
        if (role === "patients") expect(within).toContain(index);
      });
    }),
    { numRuns: 50 },
  );
});
