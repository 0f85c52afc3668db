import { add, sub } from "@tutti/field";
import { amountsOf } from "./amounts.ts";
import type { Beginning } from "./move.ts";
import { profilesOf } from "./profile.ts";
import type { Table } from "./table.ts";

/** What a cell that hides has to be able to do: in one of these ways, each of which takes all of its moves. */
export type Demand = readonly (readonly Beginning[])[];

/** A cell can fall to nobody when all its patients may as well be elsewhere: wherever in it they are, for nobody knows. */
export function fall(table: Table, cell: number): Demand {
  return [leaving(table, [cell], [])];
}

/**
 * A cell can rise to k − 1 when firm cells give what it gains; or when the patients of a firm cell that contains it give, wherever in the
 * rest of it they are. Then the firm cell has to hide as well: small numbers with a known sum would bound each other.
 */
export function rise(table: Table, cell: number, firm: (cell: number) => boolean): Demand {
  const given: Beginning = { changes: new Map([[cell, 1]]), amounts: new Map([[1, []]]), above: new Set(), besides: [] };
  return [[given], ...chainsOf(table, cell, firm).flatMap((chain) => within(table, cell, chain))];
}

/** The way from a cell up to a firm one: rows, each of which has the total of the one before among its parts. */
type Chain = readonly number[];

/** At most so many ways up are looked at, the shortest first. */
const MAX_CHAINS = 4;

function chainsOf(table: Table, cell: number, firm: (cell: number) => boolean): readonly Chain[] {
  const found: Chain[] = [];
  const open: { top: number; chain: Chain }[] = [{ top: cell, chain: [] }];
  for (const { top, chain } of open) {
    for (const { row, sign } of table.rowsOf[top]!) {
      if (sign === 1) continue;
      const { total } = table.rows[row]!;
      if (firm(total)) found.push([...chain, row]);
      else open.push({ top: total, chain: [...chain, row] });
    }
    if (found.length >= MAX_CHAINS || open.length > 8 * MAX_CHAINS) break;
  }
  return found.slice(0, MAX_CHAINS);
}

/** The cell gains what the rest of the cell at the top of the chain loses. None when the chain meets itself. */
function within(table: Table, cell: number, chain: Chain): readonly (readonly Beginning[])[] {
  const path = [cell, ...chain.map((row) => table.rows[row]!.total)];
  const beside = chain.map((row, level) => table.rows[row]!.parts.filter((part) => part !== path[level]));
  const siblings = beside.flat();
  const meets = siblings.some((sibling) => path.some((on) => table.below(sibling).has(on)));
  if (meets || new Set(siblings).size < siblings.length) return [];
  // What each cell below the top gains is what the siblings from its level upwards lose.
  const gains = new Map(path.slice(0, -1).map((on, level) => [on, new Set(beside.slice(level).flat())]));
  return [leaving(table, siblings, path.slice(-1), gains)];
}

/** More profiles than this are not told apart one by one. */
const MAX_PROFILES = 16;

/**
 * Moves that begin with patients leaving these disjoint cells, for other cells or for no cell that is settled yet: one move for every
 * profile that such a patient may have; or, where there are too many, one move for all, in unknown amounts.
 *
 * @param gains cells that gain those patients, each with the cells that it gains from
 */
function leaving(
  table: Table,
  cells: readonly number[],
  besides: readonly number[],
  gains: ReadonlyMap<number, ReadonlySet<number>> = new Map(),
): readonly Beginning[] {
  const profiles = cells.map((cell) => profilesOf(table, cell, MAX_PROFILES));
  if (profiles.every((some) => some !== null)) {
    return cells.flatMap((cell, i) =>
      profiles[i]!.map((profile): Beginning => {
        const gaining = [...gains].filter(([, from]) => from.has(cell)).map(([on]) => [on, 1] as const);
        const changes = new Map([...[...profile].map((inside) => [inside, sub(0, 1)] as const), ...gaining]);
        return { changes, amounts: new Map([[1, [...profile]]]), above: aboveAll(table, profile), besides };
      }),
    );
  }
  const amounts = amountsOf(table, cells);
  const changes = new Map([...amounts].map(([inside, amount]) => [inside, sub(0, amount)]));
  const holders = new Map<number, number[]>();
  for (const [inside, amount] of amounts) holders.set(amount, [...(holders.get(amount) ?? []), inside]);
  for (const [on, from] of gains) {
    const gained = [...from].reduce((sum, cell) => add(sum, amounts.get(cell)!), 0);
    changes.set(on, gained);
    if (!holders.has(gained)) holders.set(gained, []);
  }
  return [{ changes, amounts: holders, above: aboveAll(table, amounts.keys()), besides }];
}

function aboveAll(table: Table, cells: Iterable<number>): ReadonlySet<number> {
  return new Set([...cells].flatMap((cell) => [...table.above(cell)]));
}
