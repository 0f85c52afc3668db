import { expect, test } from "vitest";
import { Heap } from "./heap.ts";

function heapWith(): { readonly heap: Heap; readonly collected: (string | undefined)[] } {
  const collected: (string | undefined)[] = [];
  const heap = new Heap(async ({ type, execution, flavor }) => {
    expect({ type, execution }).toEqual({ type: "major", execution: "async" });
    collected.push(flavor);
  });
  return { heap, collected };
}

test("a heap is collected once after the start and once after each rest that sessions came before", () => {
  const { heap, collected } = heapWith();
  heap.resting();
  heap.resting();
  expect(collected).toEqual(["last-resort"]);
  heap.ended(true);
  heap.resting();
  heap.resting();
  expect(collected).toEqual(["last-resort", "last-resort"]);
});

test("a heap that never rests is collected every 250 sessions, while none is under way", () => {
  const { heap, collected } = heapWith();
  for (let session = 1; session < 250; session++) heap.ended(true);
  heap.ended(false);
  expect(collected).toEqual([]);
  heap.ended(true);
  expect(collected).toEqual(["regular"]);
  for (let session = 0; session < 250; session++) heap.ended(true);
  expect(collected).toEqual(["regular"]);
  heap.ended(true);
  expect(collected).toEqual(["regular", "regular"]);
});

test("a Node that gives nothing to collect with is let alone", () => {
  const heap = new Heap(null);
  expect(() => heap.resting()).not.toThrow();
});
