import { pattern, type SuppressionSystem } from "@tutti/disclosure";

// What the pattern is compared with. By cell of the system, whether it hides.

/** Primary suppression alone: the circuit rule switched off. */
export function primaryOnly({ cells }: SuppressionSystem): readonly boolean[] {
  return cells.map(({ primary, released }) => primary && !released);
}

/**
 * Whole relations: where one member of a relation hides, all its parts hide; and the total as well where none of the
 * parts is known to be at least k.
 */
export function wholeRelations(system: SuppressionSystem): readonly boolean[] {
  const hidden = [...primaryOnly(system)];
  const settle = ({ total, parts }: SuppressionSystem["relations"][number]): boolean => {
    if (![total, ...parts].some((cell) => hidden[cell])) return false;
    const covered = parts.some((part) => system.cells[part]!.firm);
    const more = (covered ? parts : [total, ...parts]).filter((cell) => !hidden[cell] && !system.cells[cell]!.released);
    for (const cell of more) hidden[cell] = true;
    return more.length > 0;
  };
  while (system.relations.map(settle).includes(true));
  return hidden;
}

/**
 * The textbook's greedy heuristic: while a relation has exactly one hidden member, hide another one of it, the one that serves most such
 * relations; cells that no result shows count as hidden. It leaves no cell that one subtraction gives away, and says nothing of bounds.
 */
export function greedy(system: SuppressionSystem): readonly boolean[] {
  const { cells, relations } = system;
  const hidden = cells.map(({ primary, shown, released }) => (primary || !shown) && !released);
  const members = relations.map(({ total, parts }) => [total, ...parts]);
  const lonely = () =>
    members.filter((row) => row.filter((cell) => hidden[cell]).length === 1 && row.some((cell) => cells[cell]!.primary && hidden[cell]));
  for (let rows = lonely(); rows.length > 0; rows = lonely()) {
    const free = rows[0]!.filter((cell) => !hidden[cell] && !cells[cell]!.released);
    if (free.length === 0) return cells.map(({ released }) => !released);
    const serves = (cell: number): number => rows.filter((row) => row.includes(cell)).length + (cells[cell]!.firm ? 0.5 : 0);
    hidden[free.reduce((a, b) => (serves(b) > serves(a) ? b : a))] = true;
  }
  return hidden;
}

/** How many cells that a result would show are lost for the sake of others. */
export function lost({ cells }: SuppressionSystem, hidden: readonly boolean[]): number {
  return cells.filter(({ shown, primary, released }, i) => shown && !primary && !released && hidden[i]).length;
}

/** The fewest that may be lost, by trying all sets smaller than the pattern's; null when there are too many cells to try. */
export function fewest(
  system: SuppressionSystem,
  protects: (system: SuppressionSystem, hidden: readonly boolean[]) => boolean,
  maxCandidates: number,
): number | null {
  const { cells } = system;
  const candidates = cells.flatMap(({ shown, primary, released }, i) => (shown && !primary && !released ? [i] : []));
  if (candidates.length > maxCandidates) return null;
  const most = lost(system, pattern(system).hidden);
  const base = primaryOnly(system);
  const some = (from: number, left: number, hidden: readonly boolean[]): boolean => {
    if (left === 0) return protects(system, hidden);
    for (let i = from; i <= candidates.length - left; i++) if (some(i + 1, left - 1, hidden.with(candidates[i]!, true))) return true;
    return false;
  };
  for (let size = 0; size < most; size++) if (some(0, size, base)) return size;
  return most;
}
