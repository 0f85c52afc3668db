import type { Relation } from "@tutti/query";

/** What is known of a pooled number before anything opens: at least `low`, at most `high`; between 0 and `gap` it is 0. */
export interface Bound {
  readonly low: number;
  readonly high: number;
  /** A number below it is 0: k for a cell that is not small, 0 where nothing of the kind is known. */
  readonly gap: number;
}

/**
 * What relations add to what the verdicts say of each cell: a total is at least the sum of its parts' lower bounds, a part at most its
 * total, and at least what the other parts leave of it. Sound, not complete: a few passes over the relations.
 *
 * Under `zeros: "hide"` verdicts say it all. Under `zeros: "show"` a cell that is not small is 0 or at least k, and only its relations can
 * tell which.
 */
export function tightened(bounds: readonly Bound[], relations: readonly Relation[]): readonly Bound[] {
  const now = bounds.map(closed);
  const narrow = (cell: number, low: number, high: number): boolean => {
    const before = now[cell]!;
    if (low <= before.low && high >= before.high) return false;
    now[cell] = closed({ ...before, low: Math.max(low, before.low), high: Math.min(high, before.high) });
    return true;
  };
  for (let pass = 0, changed = true; changed && pass < MAX_PASSES; pass++) {
    changed = false;
    for (const { total, parts } of relations) {
      const low = parts.reduce((sum, part) => sum + now[part]!.low, 0);
      const high = parts.reduce((sum, part) => sum + now[part]!.high, 0);
      if (narrow(total, low, high)) changed = true;
      const { low: least, high: most } = now[total]!;
      for (const part of parts) {
        const { low: own, high: ownHigh } = now[part]!;
        // What the others can be at most, infinite when one of them is unbounded.
        const others = Number.isFinite(high) ? high - ownHigh : parts.reduce((sum, p) => (p === part ? sum : sum + now[p]!.high), 0);
        if (narrow(part, least - others, most - (low - own))) changed = true;
      }
    }
  }
  return now;
}

/** Bounds settle in as many passes as relations are nested; the limit binds on data that contradict themselves only. */
const MAX_PASSES = 20;

/** Leaves the gap between 0 and k out. */
function closed({ low, high, gap }: Bound): Bound {
  return { low: low > 0 ? Math.max(low, gap) : low, high: high < gap ? 0 : high, gap };
}
