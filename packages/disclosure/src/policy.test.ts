import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DEFAULT_POLICY, type Policy, policySchema, strictest } from "./policy.ts";
import { type ProfileName, PROFILES } from "./profiles.ts";

const policies: fc.Arbitrary<Policy> = fc.record({
  threshold: fc.integer({ min: 2, max: 50 }),
  zeros: fc.constantFrom("hide", "show"),
  missing: fc.constantFrom("open", "cell"),
  tail: fc.integer({ min: 1, max: 1_000 }),
  minimumCentres: fc.integer({ min: 3, max: 1_000 }),
});

test("the strictest of several is the same in any order and grouping, and of one policy twice is that policy", () => {
  fc.assert(
    fc.property(policies, policies, policies, (a, b, c) => {
      expect(strictest([a, b])).toEqual(strictest([b, a]));
      expect(strictest([strictest([a, b]), c])).toEqual(strictest([a, strictest([b, c])]));
      expect(strictest([a, b, c])).toEqual(strictest([strictest([a, b]), c]));
      expect(strictest([a, a])).toEqual(a);
      expect(strictest([a])).toEqual(a);
    }),
  );
});

test("no rule of it is looser than that of any of them, and each is that of one of them", () => {
  fc.assert(
    fc.property(fc.array(policies, { minLength: 1, maxLength: 5 }), (all) => {
      const one = strictest(all);
      for (const { threshold, zeros, missing, tail, minimumCentres } of all) {
        expect(one.threshold).toBeGreaterThanOrEqual(threshold);
        expect(one.tail).toBeGreaterThanOrEqual(tail);
        expect(one.minimumCentres).toBeGreaterThanOrEqual(minimumCentres);
        if (zeros === "hide") expect(one.zeros).toBe("hide");
        if (missing === "cell") expect(one.missing).toBe("cell");
      }
      for (const [rule, value] of Object.entries(one))
        expect(all.map((policy) => Object.entries(policy).find(([name]) => name === rule)![1])).toContain(value);
    }),
  );
});

test("of no policy at all there is no strictest", () => {
  expect(() => strictest([])).toThrow(RangeError);
});

test("absent rules have the network's defaults, and each of these is refused", () => {
  expect(policySchema.parse({})).toEqual(DEFAULT_POLICY);
  expect(policySchema.parse({ threshold: 11 })).toEqual({ ...DEFAULT_POLICY, threshold: 11 });
  for (const bad of [
    { threshold: 1 },
    { threshold: 51 },
    { threshold: 5.5 },
    { tail: 0 },
    { minimumCentres: 2 },
    { zeros: "no" },
    { treshold: 5 },
  ])
    expect(policySchema.safeParse(bad).success, JSON.stringify(bad)).toBe(false);
});

test.each(Object.keys(PROFILES) as ProfileName[])("the profile %s stands for its rules", (profile) => {
  expect(policySchema.parse({ profile })).toEqual({ ...PROFILES[profile], profile });
});

test("what is looser than its profile needs an exception with a reason, and only that does", () => {
  const exception = { reason: "an ultra-rare disease, agreed by the steering committee" };
  expect(policySchema.safeParse({ profile: "france", threshold: 5 }).success).toBe(false);
  expect(policySchema.parse({ profile: "france", threshold: 5, exception })).toMatchObject({ threshold: 5, tail: 11, exception });
  expect(policySchema.safeParse({ profile: "france", threshold: 5, exception: { reason: "" } }).success).toBe(false);
  expect(policySchema.safeParse({ profile: "france", threshold: 12, exception }).success).toBe(false);
  expect(policySchema.safeParse({ profile: "sweden" }).success).toBe(false);
});

test("an exception stands as long as the strictest policy is looser than the profile", () => {
  const exception = { reason: "an ultra-rare disease, agreed by the steering committee" };
  const excepted = policySchema.parse({ profile: "france", threshold: 5, exception });
  expect(strictest([excepted, DEFAULT_POLICY])).toMatchObject({ threshold: 5, exception });
  expect(strictest([excepted, policySchema.parse({ profile: "france" })])).not.toHaveProperty("exception");
  expect(strictest([DEFAULT_POLICY, excepted])).toEqual(strictest([excepted, DEFAULT_POLICY]));
});
