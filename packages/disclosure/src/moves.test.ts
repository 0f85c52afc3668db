import { add, sub } from "@tutti/field";
import type { Relation } from "@tutti/query";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { amountsOf } from "./amounts.ts";
import { hittingSet } from "./hitting-set.ts";
import { profilesOf } from "./profile.ts";
import { Queue } from "./queue.ts";
import { Table } from "./table.ts";

/** A cube of two variables with margins: cell (i, j) at 1 + … ; 0 is everybody. */
function cubeOf(rows: number, columns: number): { table: Table; relations: readonly Relation[] } {
  const row = (i: number): number => 1 + i;
  const column = (j: number): number => 1 + rows + j;
  const cell = (i: number, j: number): number => 1 + rows + columns + i * columns + j;
  const range = (n: number): readonly number[] => [...Array(n).keys()];
  const relations = [
    { total: 0, parts: range(rows).map(row) },
    { total: 0, parts: range(columns).map(column) },
    ...range(rows).map((i) => ({ total: row(i), parts: range(columns).map((j) => cell(i, j)) })),
    ...range(columns).map((j) => ({ total: column(j), parts: range(rows).map((i) => cell(i, j)) })),
  ];
  return { table: new Table(1 + rows + columns + rows * columns, relations), relations };
}

const sizes = fc.tuple(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 2, max: 4 }));

test("amounts add up in every relation, and in no other way that matters", () => {
  fc.assert(
    fc.property(sizes, ([rows, columns]) => {
      const { table, relations } = cubeOf(rows, columns);
      const amounts = amountsOf(table, [0]);
      expect(amounts.size).toBe(table.size);
      for (const { total, parts } of relations)
        expect(parts.reduce((sum, part) => add(sum, amounts.get(part)!), 0)).toBe(amounts.get(total));
      expect(new Set(amounts.values()).size).toBe(table.size);
      for (const amount of amounts.values()) expect([...amounts.values()]).not.toContain(sub(0, amount));
    }),
  );
});

test("a patient of a cube is in one cell of each margin: as many profiles as cells inside", () => {
  fc.assert(
    fc.property(sizes, ([rows, columns]) => {
      const { table } = cubeOf(rows, columns);
      const profiles = profilesOf(table, 0, rows * columns)!;
      expect(profiles).toHaveLength(rows * columns);
      for (const profile of profiles) expect(profile.size).toBe(4);
      expect(profilesOf(table, 0, rows * columns - 1)).toBeNull();
    }),
  );
});

test("a hitting set has a cell of every clause, and none costs less", () => {
  const clauses = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 4 }), { maxLength: 6 });
  fc.assert(
    fc.property(clauses, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 8, maxLength: 8 }), (all, costs) => {
      const cost = (cell: number): number => costs[cell]!;
      const hits = (set: ReadonlySet<number>): boolean => all.every((clause) => clause.some((cell) => set.has(cell)));
      const total = (set: Iterable<number>): number => [...set].reduce((sum, cell) => sum + cost(cell), 0);
      const subsets = Array.from({ length: 256 }, (_, bits) => new Set([...Array(8).keys()].filter((cell) => (bits >> cell) & 1)));
      const least = Math.min(...subsets.filter(hits).map(total));
      const found = hittingSet(all, cost, 1_000)!;
      expect(hits(found)).toBe(true);
      expect(total(found)).toBe(least);
      expect(hittingSet(all, cost, least)).toBeNull();
    }),
  );
});

test("a queue gives back what it was given, least first", () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (numbers) => {
      const queue = new Queue<number>((a, b) => a < b);
      for (const number of numbers) queue.push(number);
      expect(numbers.map(() => queue.pop())).toEqual(numbers.toSorted((a, b) => a - b));
      expect(queue.pop()).toBeUndefined();
    }),
  );
});
