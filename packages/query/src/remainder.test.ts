import * as fc from "fast-check";
import { expect, test } from "vitest";
import { canonical } from "./canonical.ts";
import { predicateOf } from "./cohort.ts";
import { Keys } from "./key.ts";
import type { Predicate } from "./predicate.ts";
import { conditions, dataset, everyPatient, holds } from "./trial.ts";

const keyOf = (predicate: Predicate): string => canonical(predicate, dataset);
const girls: Predicate = { variable: "sex", in: ["F"] };
const boys: Predicate = { variable: "sex", in: ["M"] };
const anca: Predicate = { variable: "anca", in: [true] };
const most: Predicate = { any: [girls, { all: [boys, { not: anca }] }] };
const sums = (fresh: readonly Predicate[], told: readonly Predicate[]) =>
  new Keys(dataset).sumsOfThree(fresh.map(keyOf), told.map(keyOf), () => false);

test("girls and boys less all but the boys with ANCA are the boys with ANCA", () => {
  const rest = keyOf({ all: [boys, anca] });
  expect(sums([most], [girls, boys])).toEqual([
    {
      of: 0,
      with: [
        { told: true, at: 0 },
        { told: true, at: 1 },
      ],
      rest,
    },
  ]);
  expect(sums([girls, boys], [most])).toEqual([
    {
      of: 0,
      with: [
        { told: true, at: 0 },
        { told: false, at: 1 },
      ],
      rest,
    },
  ]);
});

test("what is in a set and not in two parts of it; and those in both of two sets, beside their union", () => {
  expect(sums([{ all: [] }], [girls, { all: [boys, anca] }]).map(({ rest }) => rest)).toEqual([
    keyOf({ any: [{ all: [boys, { not: anca }] }, { variable: "sex", known: false }] }),
  ]);
  expect(sums([{ any: [girls, anca] }], [girls, anca]).map(({ rest }) => rest)).toEqual([keyOf({ all: [girls, anca] })]);
});

test("a sum that is one of the sets and a difference of the others is not listed, nor one that is given", () => {
  expect(sums([girls], [boys, { all: [boys, anca] }])).toEqual([]);
  expect(new Keys(dataset).sumsOfThree([keyOf(most)], [girls, boys].map(keyOf), () => true)).toEqual([]);
});

test("of any sets, all sums are found that count each patient once at most, and no others", () => {
  const sets = fc.uniqueArray(conditions.map(predicateOf), { minLength: 3, maxLength: 5, selector: keyOf });
  fc.assert(
    fc.property(sets, ([fresh, ...told]) => {
      const all = [...told, fresh!];
      const inside = all.map((set) => everyPatient.map((patient) => Number(holds(set, patient))));
      const isSum = (signs: readonly number[], of: readonly number[]): boolean =>
        everyPatient.every((_, p) => [0, 1].includes(of.reduce((sum, set, i) => sum + signs[i]! * inside[set]![p]!, 0)));
      const odd = (of: readonly number[], p: number): number => of.reduce((sum, set) => sum ^ inside[set]![p]!, 0);
      const expected = told.flatMap((_, a) =>
        told.flatMap((__, b) => {
          if (b <= a) return [];
          const of = [a, b, told.length];
          const found = [
            [1, 1, -1],
            [1, -1, 1],
            [-1, 1, 1],
            [1, -1, -1],
            [-1, 1, -1],
            [-1, -1, 1],
          ].some((signs) => isSum(signs, of));
          const whole = of.some((set) => everyPatient.every((___, p) => inside[set]![p] === 0 || odd(of, p) === 1));
          return found && !whole ? [`${a} ${b}`] : [];
        }),
      );
      const found = sums([fresh!], told);
      expect(found.map(({ with: [a, b] }) => `${a!.at} ${b!.at}`).toSorted()).toEqual(expected.toSorted());
      const either = (one: Predicate, other: Predicate): Predicate => ({
        any: [{ all: [one, { not: other }] }, { all: [other, { not: one }] }],
      });
      for (const sum of found) {
        const [a, b] = sum.with.map(({ at }) => told[at]!) as [Predicate, Predicate];
        expect(sum.rest).toBe(keyOf(either(either(a, b), fresh!)));
      }
    }),
    { numRuns: 300 },
  );
});
