import type { Relation } from "@tutti/query";

/** A relation as a row of a matrix: +1 for its total, −1 for its parts. */
export interface Row extends Relation {
  readonly members: readonly { readonly cell: number; readonly sign: 1 | -1 }[];
}

/** Cells and relations, as a hypergraph to walk along. */
export class Table {
  readonly size: number;
  readonly rows: readonly Row[];
  /** The rows that each cell is in, with its sign there. */
  readonly rowsOf: readonly (readonly { readonly row: number; readonly sign: 1 | -1 }[])[];
  readonly #parts: readonly (readonly number[])[];
  readonly #totals: readonly (readonly number[])[];
  readonly #below = new Map<number, ReadonlySet<number>>();
  readonly #above = new Map<number, ReadonlySet<number>>();

  constructor(size: number, relations: readonly Relation[]) {
    this.size = size;
    this.rows = relations.map(({ total, parts }) => ({
      total,
      parts,
      members: [{ cell: total, sign: 1 as const }, ...parts.map((cell) => ({ cell, sign: -1 as const }))],
    }));
    const rowsOf = Array.from({ length: size }, (): { row: number; sign: 1 | -1 }[] => []);
    const below = Array.from({ length: size }, (): number[] => []);
    const above = Array.from({ length: size }, (): number[] => []);
    this.rows.forEach(({ total, parts, members }, row) => {
      for (const { cell, sign } of members) rowsOf[cell]!.push({ row, sign });
      for (const part of parts) {
        below[total]!.push(part);
        above[part]!.push(total);
      }
    });
    this.rowsOf = rowsOf;
    this.#parts = below;
    this.#totals = above;
  }

  /** The cell and all that relations say lie inside it. */
  below(cell: number): ReadonlySet<number> {
    return reached(cell, this.#parts, this.#below);
  }

  /** The cell and all that relations say contain it. */
  above(cell: number): ReadonlySet<number> {
    return reached(cell, this.#totals, this.#above);
  }

  /** Cells that relations connect, directly or by others, without passing through one that `fixed` says can't change. */
  components(fixed: (cell: number) => boolean): readonly (readonly number[])[] {
    const found: number[][] = [];
    const seen = new Set<number>();
    for (let start = 0; start < this.size; start++) {
      if (seen.has(start) || fixed(start)) continue;
      seen.add(start);
      const component = [start];
      for (const cell of component) {
        for (const { row } of this.rowsOf[cell]!) {
          for (const { cell: next } of this.rows[row]!.members) {
            if (seen.has(next) || fixed(next)) continue;
            seen.add(next);
            component.push(next);
          }
        }
      }
      found.push(component.toSorted((a, b) => a - b));
    }
    return found;
  }
}

function reached(cell: number, next: readonly (readonly number[])[], known: Map<number, ReadonlySet<number>>): ReadonlySet<number> {
  let set = known.get(cell);
  if (set === undefined) {
    const found = new Set([cell]);
    for (const one of found) for (const more of next[one]!) found.add(more);
    known.set(cell, (set = found));
  }
  return set;
}
