import { expect, test } from "vitest";
import { Recent } from "./recent.ts";

test("what was asked for last is kept, up to a weight", () => {
  const recent = new Recent<string, number>(10);
  recent.set("a", 1, 4);
  recent.set("b", 2, 4);
  expect(recent.get("a")).toBe(1);
  recent.set("c", 3, 4);
  expect([recent.get("a"), recent.get("b"), recent.get("c")]).toEqual([1, undefined, 3]);
});

test("a value that takes another's place takes its weight too, and one that is too heavy stays alone", () => {
  const recent = new Recent<string, number>(10);
  recent.set("a", 1, 4);
  for (let i = 0; i < 10; i++) recent.set("b", i, 4);
  expect([recent.get("a"), recent.get("b")]).toEqual([1, 9]);
  recent.set("c", 3, 40);
  expect([recent.get("a"), recent.get("b"), recent.get("c")]).toEqual([undefined, undefined, 3]);
});
