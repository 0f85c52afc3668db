import { plan, type Plan, type Query } from "@tutti/query";
import { dataset } from "@tutti/query/trial";
import { expect, test } from "vitest";
import { DEFAULT_POLICY, type Policy } from "./policy.ts";
import { suppress } from "./suppression.ts";
import { systemOf, type SystemCell } from "./system.ts";

const planned = (query: Omit<Query, "dataset" | "purpose">): Plan => plan({ dataset: "small@1", purpose: "", ...query }, dataset);
const bySex = planned({ by: ["sex"], measures: [{ id: "n", count: true }] });
const boys = planned({ where: { variable: "sex", is: "M" }, measures: [{ id: "n", count: true }] });

/** The verdicts of a plan whose small cells have these keys. */
const smallIn = ({ cells }: Plan, ...keys: readonly string[]): boolean[] => cells.map(({ key }) => keys.includes(key));
const cellOf = (cells: readonly SystemCell[], key: string): SystemCell | undefined => cells.find((cell) => cell.key === key);
const standingOf = (made: Plan, ...open: readonly string[]) =>
  made.cells.map(({ key }) => (open.includes(key) ? ("open" as const) : ("hidden" as const)));

test("cells of one key are one, the plan's own first", () => {
  const small = smallIn(bySex, 'sex("F")', "sex(?)");
  const standing = standingOf(bySex, "all", 'sex("M")');
  const { cells, relations } = systemOf(boys, DEFAULT_POLICY, [false], [{ plan: bySex, policy: DEFAULT_POLICY, small, standing }]);
  expect(cells.map(({ key }) => key)).toEqual(['sex("M")', "all", 'sex("F")', "sex(?)"]);
  expect(relations).toEqual([{ total: 1, parts: [2, 0, 3] }]);
  expect(cellOf(cells, 'sex("M")')).toEqual({ key: 'sex("M")', primary: false, firm: true, shown: true, released: true, vacant: false });
  expect(cellOf(cells, "all")).toMatchObject({ shown: false, released: true });
  expect(cellOf(cells, 'sex("F")')).toMatchObject({ primary: true, firm: false, shown: false, released: false });
});

test("what was hidden to protect another cell does not open later on its own", () => {
  const policy = DEFAULT_POLICY;
  const small = smallIn(bySex, 'sex("F")', "sex(?)");
  const standing = suppress(bySex, policy, small);
  expect(bySex.cells.map(({ key }, i) => `${key} ${standing[i]}`)).toEqual([
    "all open",
    'sex("F") hidden',
    'sex("M") hidden',
    "sex(?) hidden",
  ]);
  expect(suppress(boys, policy, [false])).toEqual(["open"]);
  expect(suppress(boys, policy, [false], [{ plan: bySex, policy, small, standing }])).toEqual(["hidden"]);
});

test("a cell that the guard refuses hides, and is covered like a small one", () => {
  const small = smallIn(bySex, "sex(?)");
  const refused = bySex.cells.map(({ key }) => key === 'sex("M")');
  expect(suppress(bySex, DEFAULT_POLICY, small)).toEqual(["open", "open", "open", "hidden"]);
  expect(suppress(bySex, DEFAULT_POLICY, small, [], refused)).toEqual(["open", "hidden", "hidden", "hidden"]);
});

test("a verdict under a lower threshold does not make a cell firm", () => {
  const earlier = {
    plan: bySex,
    policy: DEFAULT_POLICY,
    small: smallIn(bySex, 'sex("F")', 'sex("M")', "sex(?)"),
    standing: standingOf(bySex),
  };
  const strict = systemOf(boys, { ...DEFAULT_POLICY, threshold: 8 }, [true], [earlier]);
  expect(cellOf(strict.cells, "all")!.firm).toBe(false);
  expect(cellOf(systemOf(boys, DEFAULT_POLICY, [true], [earlier]).cells, "all")!.firm).toBe(true);
});

test("where zeros show, a cell that is not small may be 0: only relations make it firm", () => {
  const policy = { ...DEFAULT_POLICY, zeros: "show" } as const;
  const { cells } = systemOf(bySex, policy, smallIn(bySex, 'sex("F")'));
  expect(cells.map(({ firm }) => firm)).toEqual([true, false, false, false]);
  const small = systemOf(bySex, policy, smallIn(bySex, "all", 'sex("F")'));
  expect(small.relations).toEqual([{ total: 0, parts: [1] }]);
});

test("where something is not recorded there may be nobody, unless relations say that somebody is, or the cell itself has to hide", () => {
  const made = planned({ by: ["sex"], measures: [{ id: "d", proportion: "dyspnea" }] });
  const vacant = (policy: Policy, ...open: readonly string[]): readonly string[] =>
    systemOf(
      made,
      policy,
      made.cells.map(({ key }) => !open.includes(key)),
    ).cells.flatMap(({ key, vacant: is }) => (is ? [key] : []));
  const missing = made.cells.flatMap(({ key, role }) => (role === "missing" ? [key] : []));
  expect(vacant(DEFAULT_POLICY)).toEqual(missing);
  expect(vacant({ ...DEFAULT_POLICY, missing: "cell" })).toEqual([]);
  // Five boys and more, of whom fewer are known.
  expect(vacant(DEFAULT_POLICY, "all", 'sex("M")')).not.toContain('dyspnea(?:sex("M"))');
  expect(vacant(DEFAULT_POLICY, "all", 'sex("M")')).not.toContain("dyspnea(?)");
  expect(vacant(DEFAULT_POLICY, "all", 'sex("M")')).toContain('dyspnea(?:sex("F"))');
});

test("verdicts that contradict each other leave less known", () => {
  const then = { plan: bySex, policy: DEFAULT_POLICY, small: smallIn(bySex, 'sex("M")', "sex(?)"), standing: standingOf(bySex, "all") };
  expect(cellOf(systemOf(boys, DEFAULT_POLICY, [false], [then]).cells, 'sex("M")')!.firm).toBe(false);
});
