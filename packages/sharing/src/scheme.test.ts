import { expect, test } from "vitest";
import { pointsNeeded, schemeFor } from "./scheme.ts";

test.each([
  // holders, t, points to open a sum, points to open a product, strength
  [3, 1, 3, 3, "passive"],
  [4, 1, 3, 4, "malicious"],
  [5, 1, 3, 4, "malicious"],
  [6, 1, 3, 4, "malicious"],
  [7, 2, 5, 7, "malicious"],
  [12, 3, 7, 10, "malicious"],
  [13, 4, 9, 13, "malicious"],
  [15, 4, 9, 13, "malicious"],
])("%i holders: degree %i, %i points open a sum and %i a product, %s", (holders, degree, sum, product, strength) => {
  const scheme = schemeFor(holders);
  expect(scheme).toEqual({ holders, degree, productDegree: 2 * degree, strength });
  expect(pointsNeeded(scheme, scheme.degree)).toBe(sum);
  expect(pointsNeeded(scheme, scheme.productDegree)).toBe(product);
});

test.each([2, 16, 4.5, Number.NaN])("%d holders are refused", (holders) => {
  expect(() => schemeFor(holders)).toThrow(RangeError);
});
