import type { Table } from "./table.ts";

/** Whether a cell may gain, or may lose, in any move at all. */
export interface Prospects {
  readonly gains: (cell: number) => boolean;
  readonly loses: (cell: number) => boolean;
}

/** A cell gains: code 2 · cell; loses: 2 · cell + 1. */
type Literal = number;

/**
 * What can be ruled out before a search: a gain or a loss of a cell in a row where no other cell can balance it, and so on until nothing
 * more can be. Null when that rules out what is given.
 *
 * @param cells all that may change, in one component
 * @param given by cell that changes from the start, whether it gains
 */
export function prospectsOf(
  table: Table,
  cells: readonly number[],
  mayLose: (cell: number) => boolean,
  given: ReadonlyMap<number, boolean>,
): Prospects | null {
  const possible = new Uint8Array(2 * table.size);
  /** How many possible literals make the residual of each row larger (even), or smaller (odd). */
  const ways = new Int32Array(2 * table.rows.length);
  for (const cell of cells) {
    const gains = given.get(cell);
    possible[2 * cell] = Number(gains ?? true);
    possible[2 * cell + 1] = Number(gains === undefined ? mayLose(cell) : !gains);
    for (const { row, sign } of table.rowsOf[cell]!) {
      ways[2 * row + Number(sign < 0)]! += possible[2 * cell]!;
      ways[2 * row + Number(sign > 0)]! += possible[2 * cell + 1]!;
    }
  }
  const doubtful: Literal[] = cells.flatMap((cell) => [2 * cell, 2 * cell + 1]);
  for (let literal = doubtful.pop(); literal !== undefined; literal = doubtful.pop()) {
    if (possible[literal] === 0) continue;
    const cell = literal >> 1;
    const raises = (sign: number): boolean => sign > 0 === (literal % 2 === 0);
    const opposite = possible[literal ^ 1]!;
    if (table.rowsOf[cell]!.every(({ row, sign }) => ways[2 * row + Number(raises(sign))]! > opposite)) continue;
    if (given.has(cell)) return null;
    possible[literal] = 0;
    for (const { row, sign } of table.rowsOf[cell]!) {
      const side = 2 * row + Number(!raises(sign));
      // Those of the other side relied on this one; with one left, that one's own cell may be the only support.
      if (--ways[side]! > 1) continue;
      for (const { cell: other, sign: its } of table.rows[row]!.members) {
        if (other !== cell) doubtful.push(2 * other + Number(its > 0 === raises(sign)));
      }
    }
  }
  return { gains: (cell) => possible[2 * cell] === 1, loses: (cell) => possible[2 * cell + 1] === 1 };
}
