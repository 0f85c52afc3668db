import { IPH_REPORT, iphCohort } from "@tutti/cohort";
import { IPH } from "@tutti/dataset";
import { DEFAULT_POLICY, pattern, type Policy, protects, type SuppressionSystem, systemOf } from "@tutti/disclosure";
import { plan } from "@tutti/query";
import type { Patient } from "@tutti/sql";
import { expect, test } from "vitest";
import { audit } from "./audit.ts";
import { fewest, greedy, lost, primaryOnly, wholeRelations } from "./baseline.ts";
import { type Case, casesOf, decide, openedBy, primariesOf } from "./generated.ts";
import { countsOf, drawsOf, patientsOf, planned } from "./tables.ts";

const cases = casesOf(20);

/** Cells that must hide and whose interval is narrower than least … k − 1 for the reader of this pattern. */
function pinned(one: Case, hidden: readonly boolean[], bounds?: Parameters<typeof audit>[3], asked = primariesOf(one)): readonly string[] {
  const { threshold, zeros } = one.policy;
  const least = zeros === "hide" ? 0 : 1;
  return audit(one.system, openedBy(one, hidden), asked, bounds)
    .filter(({ low, high }) => low > least || high < threshold - 1)
    .map(({ cell, low, high }) => `${one.name}: ${one.system.cells[cell]!.key} is in ${low} … ${high}`);
}

test("no hidden cell is pinned within 0 … k − 1, whatever the table", () => {
  expect(cases.length).toBeGreaterThanOrEqual(200);
  expect(cases.flatMap((one) => pinned(one, one.hidden))).toEqual([]);
});

/** Cells of missing values in which there is nobody, and all inside them. */
function nobodyIn({ system, values }: Case): ReadonlySet<number> {
  const nobody = new Set(system.cells.flatMap(({ vacant }, cell) => (vacant && values[cell] === 0 ? [cell] : [])));
  for (const cell of nobody)
    for (const { total, parts } of system.relations) if (total === cell) for (const part of parts) nobody.add(part);
  return nobody;
}

test("nor for a reader who knows of every number of missing values that is 0 that it is", () => {
  const pinnedFor = (one: Case, hidden: readonly boolean[]): readonly string[] => {
    const nobody = nobodyIn(one);
    const asked = primariesOf(one).filter((cell) => !nobody.has(cell));
    return pinned(one, hidden, (cell) => (nobody.has(cell) ? [0, 0] : [0, 10_000]), asked);
  };
  expect(cases.flatMap((one) => pinnedFor(one, one.hidden))).toEqual([]);
  // By the same rule, had it not thought of such a reader: a third of the tables.
  const some = cases.filter((_, i) => i % 3 === 0);
  const trusting = some.filter((one) => {
    const cells = one.system.cells.map((cell) => ({ ...cell, vacant: false }));
    return pinnedFor(one, pattern({ ...one.system, cells }).hidden).length > 0;
  });
  expect(trusting.length).toBeGreaterThan(some.length / 20);
});

test("nor by the paper's report; asked by sex as well, it adds nothing to what the first release told of cells that were not in it", () => {
  const rows = iphCohort().flatMap((centre) => centre.rows);
  const plans = [undefined, ["sex"]].map((by) => plan({ ...IPH_REPORT.queries[0]!, ...(by === undefined ? {} : { by }) }, IPH));
  const [whole, bySex] = decide(plans, (made) => countsOf(made, rows, IPH), DEFAULT_POLICY).map((one, i) => ({ ...one, name: `iph ${i}` }));
  expect(primariesOf(whole!).length).toBeGreaterThan(0);
  expect(pinned(whole!, whole!.hidden)).toEqual([]);
  const released = bySex!.system.cells.map(() => true);
  expect(pinned(bySex!, bySex!.hidden)).toEqual(pinned(bySex!, released));
  expect(bySex!.exposed.length).toBeGreaterThan(0);
});

test("nor under zeros that show, nor with missing as a cell and another threshold", () => {
  const shown: Policy = { ...DEFAULT_POLICY, zeros: "show" };
  const strict: Policy = { ...DEFAULT_POLICY, threshold: 8, missing: "cell" };
  for (const policy of [shown, strict]) expect(casesOf(4, policy).flatMap((one) => pinned(one, one.hidden))).toEqual([]);
});

test("the audit sees it when only small cells hide, and when relations are looked at one by one", () => {
  const fails = (rule: (system: SuppressionSystem) => readonly boolean[]): number =>
    cases.filter((one) => pinned(one, rule(one.system)).length > 0).length;
  expect(fails(primaryOnly)).toBeGreaterThan(cases.length / 4);
  expect(fails(greedy)).toBeGreaterThan(cases.length / 20);
});

test("a number of patients bounds how many of them are known: hiding the parts of one total is not enough", () => {
  const patients = (size: number, sex: string, known: number): readonly Patient[] =>
    Array.from({ length: size }, (_, i) => ({ sex, dyspnea: i < known ? i % 2 === 0 : null }));
  const made = planned({
    by: ["sex"],
    measures: [
      { id: "n", count: true },
      { id: "dyspnea", proportion: "dyspnea" },
    ],
  });
  const values = countsOf(made, [...patients(20, "F", 20), ...patients(5, "M", 3)]);
  const small = values.map((n) => n < DEFAULT_POLICY.threshold);
  const system = systemOf(made, DEFAULT_POLICY, small);
  const one: Case = { name: "known", policy: DEFAULT_POLICY, system, values, ...pattern(system) };
  const parts = system.cells.map(({ key, primary, shown }) => primary || !shown || /^dyspnea\(.*sex/.test(key));
  expect(audit(system, openedBy(one, parts), [made.cells.findIndex(({ key }) => key === 'dyspnea(true,false:sex("M"))')])).toEqual([
    expect.objectContaining({ low: 3, high: 5 }),
  ]);
  expect(pinned(one, one.hidden)).toEqual([]);
});

test("nothing more is lost than by whole relations or by the greedy heuristic, where those protect", () => {
  const worse = cases.filter(({ system, hidden }) =>
    [wholeRelations(system), greedy(system)].some((other) => protects(system, other) && lost(system, other) < lost(system, hidden)),
  );
  expect(worse.map(({ name }) => name)).toEqual([]);
});

test("the fewest cells are lost, wherever all smaller patterns can be tried", () => {
  const tried = cases.slice(0, 120).flatMap((one) => {
    const least = primariesOf(one).length === 0 ? null : fewest(one.system, protects, 8);
    return least === null ? [] : [{ name: one.name, more: lost(one.system, one.hidden) - least }];
  });
  expect(tried.length).toBeGreaterThan(40);
  expect(tried.filter(({ more }) => more > 0).length).toBeLessThanOrEqual(tried.length / 20);
});

test("the order of cells and relations decides nothing", () => {
  for (const { system, hidden } of cases.slice(0, 60)) {
    const draw = drawsOf(hidden.length);
    const order = [...system.cells.keys()]
      .map((cell) => [draw(), cell] as const)
      .toSorted(([a], [b]) => a - b)
      .map(([, cell]) => cell);
    const at = new Map(order.map((cell, i) => [cell, i]));
    const relations = system.relations
      .map(({ total, parts }) => ({ total: at.get(total)!, parts: parts.map((part) => at.get(part)!).toReversed() }))
      .toReversed();
    const shuffled = pattern({ cells: order.map((cell) => system.cells[cell]!), relations });
    expect(system.cells.map((_, cell) => shuffled.hidden[at.get(cell)!])).toEqual(hidden);
  }
});

test("a pattern protects, and so does every pattern that hides more", () => {
  const proven = cases.filter(({ exposed }) => exposed.length === 0);
  expect(proven.length).toBeGreaterThan(cases.length * 0.95);
  for (const { system, hidden } of proven.slice(0, 60)) {
    expect(protects(system, hidden)).toBe(true);
    const more = system.cells.findIndex(({ released }, cell) => !hidden[cell] && !released);
    if (more >= 0) expect(protects(system, hidden.with(more, true))).toBe(true);
  }
});

test("a table of 20 by 10 with margins is planned and audited in time", () => {
  const made = planned({ by: ["region"], measures: [{ id: "stage", distribution: "stage" }] });
  const values = countsOf(made, patientsOf(2, 1_000));
  const system = systemOf(
    made,
    DEFAULT_POLICY,
    values.map((n) => n < DEFAULT_POLICY.threshold),
  );
  const startedMs = performance.now();
  const one: Case = { name: "20 by 10", policy: DEFAULT_POLICY, system, values, ...pattern(system) };
  expect(pinned(one, one.hidden)).toEqual([]);
  expect(primariesOf(one).length).toBeGreaterThan(100);
  // A second on a quiet machine; tests run side by side.
  expect(performance.now() - startedMs).toBeLessThan(5_000);
});
