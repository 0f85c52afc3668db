import { expect, test } from "vitest";
import { payloadTypeOf } from "./dsse.ts";
import { LABELS } from "./label.ts";

const labels = Object.values(LABELS);

test("no label is used twice, and each holds the protocol's version", () => {
  expect(new Set(labels).size).toBe(labels.length);
  for (const label of labels) expect(label).toMatch(/^tutti\/1\/[a-z]+(-[a-z]+)*$/);
});

test("no two labels make one payload type", () => {
  expect(new Set(labels.map(payloadTypeOf)).size).toBe(labels.length);
});
