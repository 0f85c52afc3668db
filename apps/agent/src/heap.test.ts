import { expect, test } from "vitest";
import { Heap } from "./heap.ts";

const MB = 2 ** 20;

interface Filled {
  readonly heap: Heap;
  readonly collected: (string | undefined)[];
  fill(mb: number): void;
  hold(mb: number): void;
}

function heapWith(): Filled {
  const collected: (string | undefined)[] = [];
  let usedBytes = 50 * MB;
  let besideBytes = 100 * MB;
  const heap = new Heap(
    async ({ type, execution, flavor }) => {
      expect({ type, execution }).toEqual({ type: "major", execution: "async" });
      collected.push(flavor);
      usedBytes = 40 * MB;
      if (flavor === "last-resort") besideBytes = 90 * MB;
    },
    () => ({ usedBytes, besideBytes }),
  );
  return { heap, collected, fill: (mb) => void (usedBytes += mb * MB), hold: (mb) => void (besideBytes += mb * MB) };
}

test("a heap is collected once after the start and once after each rest that sessions came before", async () => {
  const { heap, collected } = heapWith();
  await heap.resting();
  await heap.resting();
  expect(collected).toEqual(["last-resort"]);
  await heap.ended(true);
  await heap.resting();
  await heap.resting();
  expect(collected).toEqual(["last-resort", "last-resort"]);
});

test("a heap that never rests is collected when 32 MB have gathered since the last time, while no session is under way", async () => {
  const { heap, collected, fill } = heapWith();
  fill(32);
  await heap.ended(true);
  expect(collected).toEqual([]);
  fill(1);
  await heap.ended(false);
  expect(collected).toEqual([]);
  await heap.ended(true);
  expect(collected).toEqual(["regular"]);
  // From what is kept now, 40 MB, and not from what was there at the start.
  fill(32);
  await heap.ended(true);
  expect(collected).toEqual(["regular"]);
  fill(1);
  await heap.ended(true);
  expect(collected).toEqual(["regular", "regular"]);
});

test("a heap on which little gathers is collected every 200 sessions", async () => {
  const { heap, collected } = heapWith();
  for (let session = 1; session < 200; session++) await heap.ended(true);
  expect(collected).toEqual([]);
  await heap.ended(false);
  expect(collected).toEqual([]);
  await heap.ended(true);
  expect(collected).toEqual(["regular"]);
  for (let session = 1; session < 200; session++) await heap.ended(true);
  expect(collected).toEqual(["regular"]);
  await heap.ended(true);
  expect(collected).toEqual(["regular", "regular"]);
});

test("pages that a large session left are given back once 24 MB are held more than after the last time, while no session is under way", async () => {
  const { heap, collected, fill, hold } = heapWith();
  hold(24);
  fill(33);
  await heap.ended(true);
  expect(collected).toEqual(["regular"]);
  hold(1);
  await heap.ended(false);
  expect(collected).toEqual(["regular"]);
  await heap.ended(true);
  expect(collected).toEqual(["regular", "last-resort"]);
  // From what was left then, 90 MB.
  hold(24);
  await heap.ended(true);
  expect(collected).toEqual(["regular", "last-resort"]);
  hold(1);
  await heap.ended(true);
  expect(collected).toEqual(["regular", "last-resort", "last-resort"]);
});

test("what gathers is seen on the heap of this process", async () => {
  const collected: unknown[] = [];
  const heap = new Heap(async (options) => void collected.push(options));
  const kept = [new Uint8Array(40 * MB)];
  await heap.ended(true);
  expect(collected).toHaveLength(1);
  expect(kept).toHaveLength(1);
});

test("a Node that gives nothing to collect with is let alone", async () => {
  await expect(new Heap(null).resting()).resolves.toBeUndefined();
});
