import { type Prng, prng } from "@tutti/cohort";
import type { Release } from "@tutti/disclosure";
import type { Query } from "@tutti/query";
import type { Patient } from "@tutti/sql";
import { expect, test } from "vitest";
import { SEARCHED } from "../search/dictionary.ts";
import { advantage, featuresOf } from "../search/shadows.ts";
import { ALL_DEFENCES, ClearNetwork, type Defences, THRESHOLD_ONLY } from "../world/clear-network.ts";
import { rowOf } from "../world/population.ts";

// Is this child in the network? The attacker knows all that would be recorded of the child, and how many patients such networks have; advantage over
// guessing is measured on networks drawn with the child and without (0: a coin; 0.5: certain).

const CHILD: Patient = { id: "child", sex: "F", age: 0, dyspnea: true, anca: true };
const REPORT: Query["measures"] = [
  { id: "n", count: true },
  { id: "sex", distribution: "sex" },
  { id: "age", distribution: "age" },
  { id: "anca", proportion: "anca" },
  { id: "median", quantiles: "age", at: [0.5] },
];
const RARE: Query = {
  dataset: "searched@1",
  purpose: "",
  where: {
    all: [
      { variable: "age", below: 1 },
      { variable: "anca", is: true },
    ],
  },
  measures: REPORT,
};
const report: Query = { dataset: "searched@1", purpose: "", measures: REPORT };

function network(draw: Prng, defences: Defences, members: readonly Patient[]): ClearNetwork {
  const size = 24 + draw.below(8);
  const others = Array.from({ length: size }, (_, i): Patient => ({
    id: `p${i}`,
    sex: draw.below(2) === 0 ? "F" : "M",
    age: draw.below(5),
    dyspnea: draw.below(2) === 0,
    anca: draw.below(4) === 0,
  }));
  const centres: Record<string, Patient[]> = { a: [...members], b: [], c: [], d: [] };
  others.forEach((patient, i) => centres["abcd"[i % 4]!]!.push(patient));
  return new ClearNetwork({ dataset: SEARCHED, centres, defences });
}

type Attack = (defences: Defences, isMember: boolean, draw: Prng) => readonly Release[];

/** One report of everybody. */
const once: Attack = (defences, isMember, draw) => [network(draw, defences, isMember ? [CHILD] : []).ask(report)];
/** Those who are like the child. */
const alike: Attack = (defences, isMember, draw) => [network(draw, defences, isMember ? [CHILD] : []).ask(RARE)];
/** The monthly report, before and after the child may have come. */
const monthly: Attack = (defences, isMember, draw) => {
  const asked = network(draw, defences, []);
  const before = asked.ask(report);
  if (isMember) asked.centres.set("a", [...asked.centres.get("a")!, CHILD]);
  return [before, asked.ask(report)];
};
/** All but those who are like the child, and all. */
const without: Attack = (defences, isMember, draw) => {
  const asked = network(draw, defences, isMember ? [CHILD] : []);
  const where = {
    not: {
      all: [
        { variable: "age", below: 1 },
        { variable: "anca", is: true },
        { variable: "sex", is: "F" },
      ],
    },
  } as const;
  return [asked.ask({ ...report, where }), asked.ask(report)];
};

/** Over so many networks with the child, and as many without. */
function advantageOf(attack: Attack, defences: Defences, networks = 150): number {
  return advantage(
    (secret, number) => featuresOf(attack(defences, secret, prng(29, number)).map((release) => ({ release }))),
    networks,
    29,
  );
}

test.each([
  ["one report", once, 0.15],
  ["those who are like the child", alike, 0.15],
  ["a report before and after", monthly, 0.1],
] as const)("%s: little more than a coin", (_, attack, most) => {
  expect(advantageOf(attack, ALL_DEFENCES)).toBeLessThan(most);
});

test("all but those who are like the child, and all: the second hides when there are few of them, which tells that there are some", () => {
  // The verdict itself: a second answer says that nobody is like the child; in half of these networks somebody else is. Not more than that is told.
  expect(advantageOf(without, ALL_DEFENCES, 60)).toBeLessThan(0.3);
});

test("the attack is real: without guard and complementary suppression a report before and after is certain", () => {
  expect(advantageOf(monthly, THRESHOLD_ONLY)).toBeGreaterThan(0.4);
});

test("whether the child is there, the second report is the same, to the last byte", () => {
  const [is, isNot] = [true, false].map((isMember) => monthly(ALL_DEFENCES, isMember, prng(29, 1))[1]!);
  expect(is).toEqual(isNot);
  expect(rowOf(is!, "n")).toHaveProperty("count");
});
