import type { Relation } from "@tutti/query";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { pattern, protects } from "./pattern.ts";
import type { SuppressionSystem, SystemCell } from "./system.ts";

/** Cells by name: `s!` must hide, `f+` is firm, `u` is neither; `*`: no result shows it, `^`: released, `?`: it may be that nobody is missing there. */
function systemOf(text: string, ...sums: readonly string[]): SuppressionSystem {
  const cells = text.split(" ").map((word): SystemCell => {
    const has = (mark: string): boolean => word.includes(mark);
    return {
      key: word.replace(/\W/g, ""),
      primary: has("!"),
      firm: has("+"),
      shown: !has("*"),
      released: has("^"),
      vacant: has("?"),
    };
  });
  const at = (name: string): number => cells.findIndex(({ key }) => key === name);
  const relations = sums.map((sum): Relation => {
    const [total, parts] = sum.split(" = ");
    return { total: at(total!), parts: parts!.split(" + ").map(at) };
  });
  return { cells, relations };
}

/** The shown cells that hide for the sake of others, by name. */
function secondary(system: SuppressionSystem): readonly string[] {
  const { hidden } = pattern(system);
  return system.cells.flatMap(({ key, primary, shown }, i) => (hidden[i] && !primary && shown ? [key] : [])).toSorted();
}

test.each([
  ["a cell in no relation hides alone", systemOf("s! a+"), []],
  ["a firm part covers another part", systemOf("t+ s! a+", "t = s + a"), ["a"]],
  ["two small parts do not cover each other: their sum hides", systemOf("t+ s! r!", "t = s + r"), ["t"]],
  ["a cell that no result shows covers at no cost", systemOf("t+ s! a+*", "t = s + a"), []],
  ["one that is small does not, whoever shows it", systemOf("n+ t+ s! u*", "t = s + u"), ["t"]],
  [
    "a rectangle in a two-way table",
    systemOf("t+ r1+ r2+ c1+ c2+ s! b+ c+ d+", "t = r1 + r2", "t = c1 + c2", "r1 = s + b", "r2 = c + d", "c1 = s + c", "c2 = b + d"),
    ["b", "c", "d"],
  ],
] as const)("%s", (_, system, expected) => {
  expect(secondary(system)).toEqual(expected);
  expect(pattern(system)).toMatchObject({ optimal: true, exposed: [] });
});

test("of several firm parts one is enough, before the total", () => {
  const [cover, ...others] = secondary(systemOf("t+ s! a+ b+", "t = s + a + b"));
  expect(["a", "b"]).toContain(cover);
  expect(others).toEqual([]);
});

test("two small cells across a rectangle would bound each other: margins hide too", () => {
  const rows = ["t = r1 + r2", "t = c1 + c2", "r1 = s + b", "r2 = c + d", "c1 = s + c", "c2 = b + d"];
  const system = systemOf("t+ r1+ r2+ c1+ c2+ s! b+ c+ d!", ...rows);
  expect(protects(system, [false, false, false, false, false, true, true, true, true])).toBe(false);
  expect(secondary(system)).toHaveLength(4);
});

test("what was released can't be hidden any more; another way is found, or everything new hides and it is said", () => {
  expect(secondary(systemOf("t+ s! a+^ b+", "t = s + a + b"))).toEqual(["b"]);
  const late = systemOf("t+^ s! a+^ b+ c+", "t = s + a", "c = b + s");
  expect(secondary(late)).toEqual(["b", "c"]);
  expect(pattern(late).exposed).toEqual([1]);
});

test("where nothing is open, nothing is known: a table of small cells hides whole", () => {
  const system = systemOf("t! s! r!", "t = s + r");
  expect(pattern(system)).toEqual({ hidden: [true, true, true], optimal: true, exposed: [] });
});

test("a number does not stay open beside one that hides and may be the same, because nobody is missing", () => {
  const rows = ["t = s + n", "n = known + missing"];
  expect(secondary(systemOf("t+^ s! n+ known+ missing+*", ...rows))).toEqual(["n"]);
  expect(secondary(systemOf("t+^ s! n+ known+ missing*?", ...rows))).toEqual(["known", "n"]);
});

test("nor does a stratum make up for a small one that nobody need be in", () => {
  const rows = ["n = f + s + other", "f = p + q"];
  expect(secondary(systemOf("n+ f+ s! other+* p+ q+", ...rows))).toEqual([]);
  expect(secondary(systemOf("n+ f+ s! other*? p+ q+", ...rows)).length).toBeGreaterThan(0);
});

test("what is connected with no small cell stays open", () => {
  const system = systemOf("t+ s! a+ x+ y+ z+", "t = s + a", "x = y + z");
  expect(pattern(system).hidden.slice(3)).toEqual([false, false, false]);
});

/** One total with parts, some of them totals themselves. */
const systems = fc
  .tuple(
    fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 4, maxLength: 12 }),
    fc.array(fc.boolean(), { minLength: 16, maxLength: 16 }),
  )
  .map(([sizes, shown]): SuppressionSystem => {
    const groups = [sizes.slice(0, 2), sizes.slice(2)];
    const sums = groups.map((group) => group.reduce((sum, n) => sum + n, 0));
    const values = [sums[0]! + sums[1]!, ...sums, ...sizes];
    const cells = values.map((n, i) => ({ key: `c${i}`, primary: n < 5, firm: n >= 5, shown: shown[i]!, released: false, vacant: false }));
    const relations = [
      { total: 0, parts: [1, 2] },
      { total: 1, parts: [3, 4] },
      { total: 2, parts: sizes.slice(2).map((_, i) => 5 + i) },
    ];
    return { cells, relations };
  });

test("a pattern protects, hides every small cell, and none of its cells is needless", () => {
  fc.assert(
    fc.property(systems, (system) => {
      const { hidden, optimal, exposed } = pattern(system);
      expect(exposed).toEqual([]);
      expect(protects(system, hidden)).toBe(true);
      system.cells.forEach(({ primary, shown }, i) => {
        if (primary || !shown) expect(hidden[i]).toBe(true);
        else if (hidden[i] && optimal) expect(protects(system, hidden.with(i, false))).toBe(false);
      });
    }),
  );
});

test("a relation that is said twice, and cells in another order, change nothing", () => {
  fc.assert(
    fc.property(systems, ({ cells, relations }) => {
      const { hidden } = pattern({ cells, relations });
      const last = cells.length - 1;
      const turned = relations.map(({ total, parts }) => ({ total: last - total, parts: parts.map((part) => last - part) }));
      expect(pattern({ cells: cells.toReversed(), relations: [...turned, ...turned] }).hidden.toReversed()).toEqual(hidden);
    }),
  );
});
