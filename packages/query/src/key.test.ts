import { expect, test } from "vitest";
import fc from "fast-check";
import { canonical, Keys, plan, predicateOf } from "./index.ts";
import { REMEMBERED_BYTES } from "./key.ts";
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

test("what is remembered of comparisons is bounded, and what was forgotten is worked out again", () => {
  const texts = fc.sample(conditions, { numRuns: 300, seed: 4 }).map((condition) => canonical(predicateOf(condition), dataset));
  const textOf = (place: number): string => texts[place % texts.length]!;
  const keys = new Keys(dataset);
  const ask = (i: number): string =>
    texts.map((text, j) => `${keys.either(text, textOf(i))} ${keys.disjoint(keys.either(text, textOf(i)), textOf(7 * i + j))}`).join();
  const first = ask(0);
  let most = 0;
  for (let i = 1; i < texts.length; i++) {
    keys.allow();
    expect(keys.bytes).toBeLessThanOrEqual(REMEMBERED_BYTES);
    ask(i);
    most = Math.max(most, keys.bytes);
  }
  expect(most).toBeGreaterThan(REMEMBERED_BYTES);
  keys.allow();
  expect(keys.bytes).toBeLessThan(REMEMBERED_BYTES / 2);
  expect(ask(0)).toBe(first);
});
