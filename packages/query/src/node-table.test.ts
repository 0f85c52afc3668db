import fc from "fast-check";
import { expect, test } from "vitest";
import { NodeTable } from "./node-table.ts";

/** Variables by number, and how many values each has. */
const WIDTHS = [2, 3, 5, 40];
const nodes = fc.array(
  fc.nat(WIDTHS.length - 1).chain((variable) => {
    const children = fc.array(fc.nat(5), { minLength: WIDTHS[variable]!, maxLength: WIDTHS[variable]! });
    return fc.record({ variable: fc.constant(variable), children });
  }),
  { maxLength: 200 },
);

test("what holds the same is one node, and what differs is another; all is as it was put in", () => {
  fc.assert(
    fc.property(nodes, nodes, (before, added) => {
      const table = new NodeTable();
      const put = ({ variable, children }: (typeof added)[number]): number =>
        // There is something else beside them.
        table.node(variable, Int32Array.from([9, ...children, 9]), 1, children.length);
      before.forEach(put);
      table.clear();
      const known = new Map<string, number>();
      for (const node of added) {
        const name = JSON.stringify(node);
        const number = put(node);
        expect(number).toBe(known.get(name) ?? known.size + 2);
        known.set(name, number);
      }
      for (const [name, number] of known) {
        const { variable, children } = JSON.parse(name) as (typeof added)[number];
        expect(table.variable(number)).toBe(variable);
        expect(children.map((_, value) => table.child(number, value))).toEqual(children);
      }
      expect(table.size).toBe(known.size + 2);
    }),
  );
});

test("ten thousand nodes weigh 32 bytes each where they have two values", () => {
  const table = new NodeTable();
  for (let i = 0; i < 10_000; i++) table.node(0, Int32Array.of(i, i + 1), 0, 2);
  expect(table.size).toBe(10_002);
  expect(table.bytes).toBeLessThan(10_002 * 33);
});
