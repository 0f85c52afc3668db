import type { Measure, Query } from "@tutti/query";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { decide, type PastAnswer } from "./rule-decision.ts";
import { DECISIONS, type Decision, type StandingRule, type StandingRules, standingRulesSchema } from "./standing-rules.ts";

const NOW = Date.UTC(2026, 0, 31);
const HOUR = 3_600_000;
const NAMES = ["age", "hiv", "sex"];
const RESEARCHERS = ["ann", "bob"];

const decision = fc.constantFrom(...DECISIONS);
const names = fc.subarray(NAMES, { minLength: 1 });
const someOf = fc.oneof(fc.record({ any: names }), fc.record({ within: names }), fc.record({ beyond: names }));
const oneOf = (values: readonly string[]) =>
  fc.oneof(fc.record({ in: fc.subarray([...values], { minLength: 1 }) }), fc.record({ notIn: fc.subarray([...values], { minLength: 1 }) }));
const purpose = fc.oneof(fc.record({ contains: fc.constant(["audit"]) }), fc.record({ lacks: fc.constant(["audit"]) }));
const rule: fc.Arbitrary<StandingRule> = fc.record(
  {
    name: fc.constantFrom("one", "two", "three"),
    requester: oneOf(RESEARCHERS),
    dataset: oneOf(["iph@1", "other@1"]),
    purpose,
    variables: someOf,
    measures: fc.record({ beyond: fc.constant(["count" as const]) }),
    decision,
  },
  { requiredKeys: ["name", "decision"] },
);
const limit = fc.record({ day: fc.nat(3), week: fc.nat(5) }, { requiredKeys: [] });
const limits = fc.record(
  { requester: limit, all: limit, beyond: fc.constantFrom("hold" as const, "refuse" as const) },
  { requiredKeys: ["beyond"] },
);
const standing: fc.Arbitrary<StandingRules> = fc.record(
  { rules: fc.array(rule, { maxLength: 4 }), otherwise: decision, limits, beforeShares: fc.constant("send" as const) },
  { requiredKeys: ["rules", "otherwise", "beforeShares"] },
);
const measures: fc.Arbitrary<readonly Measure[]> = fc.oneof(
  fc.constant([{ id: "n", count: true } as const]),
  names.map((some) => some.map((mean) => ({ id: mean, mean }))),
);
const question = fc.record({
  requester: fc.constantFrom(...RESEARCHERS),
  query: measures.chain((some) =>
    fc.record({
      dataset: fc.constantFrom("iph@1", "other@1"),
      purpose: fc.constantFrom("", "Audit 2026", "a study"),
      measures: fc.constant(some),
    }),
  ),
});
const answer = fc.record({ requester: fc.constantFrom(...RESEARCHERS), atMs: fc.integer({ min: NOW - 200 * HOUR, max: NOW + HOUR }) });
const past = fc.array(answer, { maxLength: 8 });

function strictness(one: Decision): number {
  return DECISIONS.indexOf(one);
}

test("the order of the rules, and of the past, says nothing", () => {
  fc.assert(
    fc.property(standing, question, past, (rules, asked, answers) => {
      const turned = { ...rules, rules: rules.rules.toReversed() };
      expect(decide(turned, asked, answers.toReversed(), NOW).decision).toBe(decide(rules, asked, answers, NOW).decision);
    }),
  );
});

test("a rule that is added never loosens what another one matches", () => {
  fc.assert(
    fc.property(standing, rule, question, past, (rules, more, asked, answers) => {
      const before = decide(rules, asked, answers, NOW);
      const after = decide({ ...rules, rules: [...rules.rules, more] }, asked, answers, NOW);
      if (!before.because.includes("otherwise")) expect(strictness(after.decision)).toBeGreaterThanOrEqual(strictness(before.decision));
    }),
  );
});

test("limits never loosen, nor does a longer past; what is older than a week says nothing", () => {
  fc.assert(
    fc.property(standing, question, past, answer, (rules, asked, answers, more) => {
      const { limits: _, ...unlimited } = rules;
      const now = strictness(decide(rules, asked, answers, NOW).decision);
      expect(now).toBeGreaterThanOrEqual(strictness(decide(unlimited, asked, answers, NOW).decision));
      expect(strictness(decide(rules, asked, [...answers, more], NOW).decision)).toBeGreaterThanOrEqual(now);
      const week = answers.filter(({ atMs }) => atMs > NOW - 168 * HOUR);
      expect(decide(rules, asked, week, NOW)).toEqual(decide(rules, asked, answers, NOW));
    }),
  );
});

test("something always says so, by name", () => {
  fc.assert(fc.property(standing, question, past, (rules, asked, answers) => decide(rules, asked, answers, NOW).because.length > 0));
});

const query = (parts: Partial<Query> = {}): Query => ({
  dataset: "iph@1",
  purpose: "Audit of 2026",
  measures: [{ id: "n", count: true }],
  ...parts,
});
const mean: Measure = { id: "age", mean: "age" };

test.each<[string, Omit<StandingRule, "name" | "decision">, Query, boolean]>([
  ["no condition", {}, query(), true],
  ["its requester", { requester: { in: ["ann"] } }, query(), true],
  ["another requester", { requester: { notIn: ["ann"] } }, query(), false],
  ["its dataset", { dataset: { in: ["iph@1"] } }, query(), true],
  ["another version of it", { dataset: { in: ["iph@2"] } }, query(), false],
  ["its purpose, in any case", { purpose: { contains: ["audit"] } }, query(), true],
  ["no purpose at all", { purpose: { lacks: ["audit"] } }, query({ purpose: "" }), true],
  ["a variable in the condition", { variables: { any: ["hiv"] } }, query({ where: { not: { variable: "hiv", is: true } } }), true],
  ["a variable in the strata", { variables: { any: ["sex"] } }, query({ by: ["sex"] }), true],
  ["a variable in a measure", { variables: { any: ["age"] } }, query({ measures: [mean] }), true],
  ["none of the variables", { variables: { any: ["hiv"] } }, query({ measures: [mean] }), false],
  ["nothing beyond the variables", { variables: { within: ["age", "sex"] } }, query({ measures: [mean] }), true],
  ["something beyond the variables", { variables: { beyond: ["sex"] } }, query({ by: ["sex"], measures: [mean] }), true],
  ["a kind of measure", { measures: { any: ["mean"] } }, query({ measures: [mean] }), true],
  ["no other kind of measure", { measures: { beyond: ["count", "mean"] } }, query({ measures: [mean] }), false],
  ["one of two conditions only", { requester: { in: ["ann"] }, measures: { any: ["mean"] } }, query(), false],
])("a rule of %s", (_, conditions, asked, matches) => {
  const rules: StandingRules = { rules: [{ name: "this", ...conditions, decision: "refuse" }], otherwise: "answer", beforeShares: "send" };
  expect(decide(rules, { requester: "ann", query: asked }, [], NOW)).toEqual(
    matches ? { decision: "refuse", because: ["this"] } : { decision: "answer", because: ["otherwise"] },
  );
});

test("a limit counts the answers of any 24 hours, and of any week, to one requester and in all", () => {
  const rules = (parts: object): StandingRules => standingRulesSchema.parse({ otherwise: "answer", limits: parts });
  const given: readonly PastAnswer[] = [1, 23, 25, 167, 169].map((hours) => ({ requester: "ann", atMs: NOW - hours * HOUR }));
  const said = (parts: object, requester: string) => decide(rules(parts), { requester, query: query() }, given, NOW).because;
  expect(said({ requester: { day: 2 } }, "ann")).toEqual(["requester-day"]);
  expect(said({ requester: { day: 3 } }, "ann")).toEqual(["otherwise"]);
  expect(said({ requester: { week: 4 } }, "ann")).toEqual(["requester-week"]);
  expect(said({ requester: { week: 5, day: 3 } }, "ann")).toEqual(["otherwise"]);
  expect(said({ requester: { day: 1 } }, "bob")).toEqual(["otherwise"]);
  expect(said({ all: { day: 2, week: 4 } }, "bob")).toEqual(["all-day", "all-week"]);
  expect(decide(rules({ all: { day: 0 }, beyond: "refuse" }), { requester: "bob", query: query() }, [], NOW)).toEqual({
    decision: "refuse",
    because: ["all-day"],
  });
});

test("what a file leaves out is strict: what no rule matches is held; a file with anything unknown in it is none", () => {
  expect(standingRulesSchema.parse({})).toEqual({ rules: [], otherwise: "hold", beforeShares: "send" });
  const good = { name: "a", decision: "answer" };
  for (const bad of [
    { rule: [] },
    { rules: [{ ...good, requestor: { in: ["ann"] } }] },
    { rules: [good, good] },
    { rules: [{ ...good, variables: { any: [] } }] },
    { rules: [{ ...good, variables: { any: ["age"], within: ["age"] } }] },
    { rules: [{ ...good, measures: { any: ["median"] } }] },
    { rules: [{ name: "a" }] },
    { limits: { all: { month: 1 } } },
    { limits: { beyond: "answer" } },
  ])
    expect([bad, standingRulesSchema.safeParse(bad).success]).toEqual([bad, false]);
});
