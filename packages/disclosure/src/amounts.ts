import { add, inverse, mul, P, sub } from "@tutti/field";
import type { Row, Table } from "./table.ts";

/**
 * An unknown number for each of these cells and of all inside them, such that totals are the sums of their parts: a point of the null space
 * of their relations, drawn mod 2³¹ − 1 from a fixed sequence. Two sums of unknown numbers that are equal at this point are equal whatever
 * the numbers are, but for one chance in 2³¹ (Schwartz 1980, Zippel 1979): symbols are compared as numbers.
 */
export function amountsOf(table: Table, cells: Iterable<number>): ReadonlyMap<number, number> {
  const all = new Set<number>();
  for (const cell of cells) for (const inside of table.below(cell)) all.add(inside);
  const pivots = eliminate(rowsInside(table, all), table);
  const amounts = new Map<number, number>();
  const draw = sequence();
  for (const cell of all) if (!pivots.has(cell)) amounts.set(cell, draw());
  // Each pivot is written in cells that are free or became pivots after it.
  for (const [pivot, form] of [...pivots].toReversed()) {
    let amount = 0;
    for (const [cell, factor] of form) amount = add(amount, mul(factor, amounts.get(cell)!));
    amounts.set(pivot, amount);
  }
  return amounts;
}

type Form = Map<number, number>;

function rowsInside(table: Table, all: ReadonlySet<number>): readonly Row[] {
  const rows = new Set<number>();
  for (const cell of all) for (const { row, sign } of table.rowsOf[cell]!) if (sign === 1) rows.add(row);
  return [...rows].map((row) => table.rows[row]!);
}

/** Solves each row for the cell that is in the fewest relations, in terms of others. */
function eliminate(rows: readonly Row[], table: Table): ReadonlyMap<number, Form> {
  const pivots = new Map<number, Form>();
  for (const { members } of rows) {
    const form: Form = new Map(members.map(({ cell, sign }) => [cell, sign === 1 ? 1 : P - 1]));
    for (const [pivot, known] of pivots) {
      const factor = form.get(pivot);
      if (factor === undefined) continue;
      form.delete(pivot);
      for (const [cell, inside] of known) {
        const sum = add(form.get(cell) ?? 0, mul(factor, inside));
        if (sum === 0) form.delete(cell);
        else form.set(cell, sum);
      }
    }
    const [pivot] = [...form.keys()].toSorted((a, b) => table.rowsOf[a]!.length - table.rowsOf[b]!.length || a - b);
    if (pivot === undefined) continue;
    const scale = inverse(sub(0, form.get(pivot)!));
    form.delete(pivot);
    for (const [cell, factor] of form) form.set(cell, mul(factor, scale));
    pivots.set(pivot, form);
  }
  return pivots;
}

/** The powers of a number: fixed, and without structure that small sums could meet. */
function sequence(): () => number {
  let last = 1;
  return () => (last = mul(last, GENERATOR));
}

/** An arbitrary element of large order mod 2³¹ − 1. */
const GENERATOR = 1_103_515_245;
