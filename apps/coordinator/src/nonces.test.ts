import { expect, test } from "vitest";
import { Nonces } from "./nonces.ts";

test("a nonce counts once for as long as its signature does, and is forgotten afterwards", () => {
  const nonces = new Nonces();
  expect(nonces.use("a", 1_000, 900)).toBe(true);
  expect(nonces.use("a", 1_000, 999)).toBe(false);
  expect(nonces.use("b", 1_000, 999)).toBe(true);
  // A new lot sweeps the old ones; the signature with this nonce no longer counts by itself.
  expect(nonces.use("c", 2_000, 1_001)).toBe(true);
  expect(nonces.use("a", 1_000, 1_001)).toBe(true);
});
