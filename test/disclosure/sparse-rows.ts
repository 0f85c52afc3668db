/** The rows of a matrix in the form "csr" (compressed sparse rows). */
interface SparseRows {
  readonly format: "csr";
  readonly numRows: number;
  readonly numCols: number;
  readonly starts: readonly number[];
  readonly indices: readonly number[];
  readonly values: readonly number[];
}

/** A matrix as HiGHS takes it, row by row: of each row the columns that are not 0, with their values. */
export function sparseRows(rows: readonly (readonly (readonly [column: number, value: number])[])[], numCols: number): SparseRows {
  return {
    format: "csr",
    numRows: rows.length,
    numCols,
    starts: rows.reduce<number[]>((starts, row) => [...starts, starts.at(-1)! + row.length], [0]),
    indices: rows.flatMap((row) => row.map(([column]) => column)),
    values: rows.flatMap((row) => row.map(([, value]) => value)),
  };
}
