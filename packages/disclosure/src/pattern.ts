import { canonicalOrder, canonicalRelations } from "./canonical.ts";
import { coverOf } from "./cover.ts";
import { Mover } from "./move.ts";
import { fall, rise } from "./protection.ts";
import { whereNothingIsMissing } from "./completeness.ts";
import type { SuppressionSystem, SystemCell } from "./system.ts";
import { Table } from "./table.ts";
import { THOROUGH_STEPS, Ways } from "./ways.ts";

/** Which cells hide. */
export interface Pattern {
  /** By cell of the system. Cells that no result shows are hidden throughout. */
  readonly hidden: readonly boolean[];
  /** No pattern by the same rule hides less. */
  readonly optimal: boolean;
  /**
   * Cells that are not proven to be protected although all that is connected with them hides, for an earlier release bears on them. Mostly
   * none.
   */
  readonly exposed: readonly number[];
}

/**
 * Complementary suppression: hides further cells until each that must hide can be anything in 0 … k − 1 whatever opens, from what is known
 * before anything opens. Every party finds the same pattern, in whatever order the system lists its cells and relations.
 *
 * Fewest shown cells hide; among equals those that contain fewer others, then by a hash of the keys. Where no way is found to protect a
 * cell, all that is connected with it hides. See docs/spec/disclosure.md.
 */
export function pattern(system: SuppressionSystem): Pattern {
  const complete = whereNothingIsMissing(system);
  if (complete === null) return patternOf(system);
  const first = patternOf(complete);
  const second = patternOf({ ...system, cells: system.cells.map((cell, i) => (first.hidden[i]! ? { ...cell, shown: false } : cell)) });
  return {
    hidden: second.hidden,
    optimal: first.optimal && second.optimal && second.hidden.every((hides, i) => hides === first.hidden[i]),
    exposed: [...new Set([...first.exposed, ...second.exposed])].toSorted((a, b) => a - b),
  };
}

function patternOf(system: SuppressionSystem): Pattern {
  const { order, cells, components } = canonical(system);
  const hidden = cells.map(hidesAnyhow);
  const exposed: number[] = [];
  let optimal = true;
  for (const { ways, demands, candidates, primaries, touched } of components) {
    const found = coverOf(ways, demands, candidates);
    for (const cell of found?.cells ?? candidates) hidden[cell] = true;
    if (found?.optimal !== true) optimal = false;
    if (found === null && touched) exposed.push(...primaries);
  }
  const back = new Map(order.map((cell, i) => [cell, i]));
  return {
    hidden: system.cells.map((_, cell) => hidden[back.get(cell)!]!),
    optimal,
    exposed: exposed.map((cell) => order[cell]!).toSorted((a, b) => a - b),
  };
}

/** Whether a pattern protects by the rule of `pattern`; cells that hide anyhow need not be in it. */
export function protects(system: SuppressionSystem, hidden: readonly boolean[]): boolean {
  const complete = whereNothingIsMissing(system);
  return protectsIn(system, hidden) && (complete === null || protectsIn(complete, hidden));
}

function protectsIn(system: SuppressionSystem, hidden: readonly boolean[]): boolean {
  const { order, components } = canonical(system, THOROUGH_STEPS);
  return components.every(({ ways, demands, candidates, touched }) => {
    const chosen = new Set(candidates.filter((cell) => hidden[order[cell]!]));
    return (chosen.size === candidates.length && !touched) || demands.every((demand) => ways.within(demand, chosen) !== null);
  });
}

/** Cells that relations connect, one of which at least must hide. */
interface Component {
  readonly ways: Ways;
  readonly demands: readonly number[];
  /** Cells that may hide at a cost. */
  readonly candidates: readonly number[];
  readonly primaries: readonly number[];
  /** Something released adds up with some of them. */
  readonly touched: boolean;
}

function hidesAnyhow({ primary, shown, released }: SystemCell): boolean {
  return (primary || !shown) && !released;
}

/** The system in an order of its own, and what is to be decided. `order`: where each cell was. */
function canonical(
  system: SuppressionSystem,
  maxCheckSteps?: number,
): {
  readonly order: readonly number[];
  readonly cells: readonly SystemCell[];
  readonly components: readonly Component[];
} {
  const order = canonicalOrder(system.cells);
  const cells = order.map((cell) => system.cells[cell]!);
  const table = new Table(cells.length, canonicalRelations(system.relations, order));
  const firm = (cell: number): boolean => cells[cell]!.firm;
  const released = (cell: number): boolean => cells[cell]!.released;
  const components = table.components(released).flatMap((component): Component[] => {
    const primaries = component.filter((cell) => cells[cell]!.primary);
    if (primaries.length === 0 || component.length === 1) return [];
    const mover = new Mover(table, component, firm);
    const demands = primaries.flatMap((cell) => [rise(table, cell, firm), fall(table, cell)]);
    const costs = new Map(component.map((cell) => [cell, hidesAnyhow(cells[cell]!) ? 0 : price(table, cell)]));
    const ways = new Ways(mover, demands, (cell) => costs.get(cell) ?? Infinity, maxCheckSteps);
    const candidates = component.filter((cell) => costs.get(cell)! > 0);
    return [{ ways, demands: [...demands.keys()], candidates, primaries, touched: touches(table, component, released) }];
  });
  return { order, cells, components };
}

/** More than all the levels of a plan add up to: one cell more weighs more than which. */
const CELL = 2 ** 20;

/** What hiding a shown cell costs: one cell; and a little more, the more cells are inside it. */
function price(table: Table, cell: number): number {
  return CELL + Math.min(table.below(cell).size, 1_000);
}

function touches(table: Table, component: readonly number[], released: (cell: number) => boolean): boolean {
  return component.some((cell) => table.rowsOf[cell]!.some(({ row }) => table.rows[row]!.members.some((member) => released(member.cell))));
}
