import { layout, plan } from "@tutti/query";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { contributed, dataset, patients, queries } from "@tutti/query/trial";
import { interpret } from "./interpret.ts";

test("the interpreter contributes what a second reading of the specification does", () => {
  fc.assert(
    fc.property(queries, patients, (query, rows) => {
      const made = plan(query, dataset);
      const { counts, sums } = interpret(made, dataset, rows);
      const { narrow, wide, offsets } = layout(made);
      expect([counts.length, sums.length]).toEqual([narrow, wide]);
      made.inputs.forEach((input, i) => {
        const numbers = contributed(input, rows);
        const at = offsets[i]!;
        const found = input.kind === "sum" ? [Number(sums[at])] : [...counts.subarray(at, at + numbers.length)];
        expect(found).toEqual(numbers);
      });
    }),
  );
});

test("a contribution of two groups of patients together is the sum of theirs", () => {
  fc.assert(
    fc.property(queries, patients, patients, (query, some, others) => {
      const made = plan(query, dataset);
      const [one, other, both] = [some, others, [...some, ...others]].map((rows) => interpret(made, dataset, rows));
      expect([...both!.counts]).toEqual([...one!.counts].map((count, i) => count + other!.counts[i]!));
      expect([...both!.sums]).toEqual([...one!.sums].map((sum, i) => sum + other!.sums[i]!));
    }),
  );
});

test("a value between two points of the grid is refused by its variable's name", () => {
  const made = plan({ dataset: "small@1", purpose: "", measures: [{ id: "m", mean: "age" }] }, dataset);
  expect(() => interpret(made, dataset, [{ age: 0.75 }])).toThrow(/"age" is not on its grid/);
});
