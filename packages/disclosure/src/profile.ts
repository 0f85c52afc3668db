import type { Table } from "./table.ts";

/** Which of the cells inside one a single patient of it is in: of each relation's parts exactly one, where its total is. */
export type Profile = ReadonlySet<number>;

/** All profiles of a patient of a cell; null when there are more than so many. */
export function profilesOf(table: Table, cell: number, max: number): readonly Profile[] | null {
  const inside = table.below(cell);
  const found: Profile[] = [];
  const extend = (profile: ReadonlySet<number>): boolean => {
    const row = openRow(table, profile);
    if (row === undefined) return found.push(profile) <= max;
    return table.rows[row]!.parts.every((part) => {
      const more = withCell(table, profile, part, inside);
      return more === null || extend(more);
    });
  };
  return extend(new Set([cell])) ? found : null;
}

/** A row that says that the patient is in one of its parts, with none chosen yet. */
function openRow(table: Table, profile: ReadonlySet<number>): number | undefined {
  for (const cell of profile) {
    const open = table.rowsOf[cell]!.find(({ row, sign }) => sign === 1 && !table.rows[row]!.parts.some((part) => profile.has(part)));
    if (open !== undefined) return open.row;
  }
  return undefined;
}

/** The profile with one cell more and all that contain it; null when the patient would be in two parts of one relation. */
function withCell(table: Table, profile: ReadonlySet<number>, cell: number, inside: ReadonlySet<number>): ReadonlySet<number> | null {
  const more = new Set(profile);
  for (const above of table.above(cell)) if (inside.has(above)) more.add(above);
  const twice = [...more].some((one) =>
    table.rowsOf[one]!.some(({ row, sign }) => sign === 1 && table.rows[row]!.parts.filter((part) => more.has(part)).length > 1),
  );
  return twice ? null : more;
}
