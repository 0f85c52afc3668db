import type { Plan, Relation } from "@tutti/query";
import { type Bound, tightened } from "./bounds.ts";
import type { Policy } from "./policy.ts";
import { primary, smallValues } from "./primary.ts";
import { cellsOf } from "./reveal.ts";
import type { Standing } from "./suppression.ts";

/** A cell as complementary suppression sees it: what is known of it from verdicts, and what may become of it. */
export interface SystemCell {
  /** Canonical text of its predicate: the same cell in every plan. */
  readonly key: string;
  /** It must hide. */
  readonly primary: boolean;
  /** It is known to be at least k, so that it can give k − 1 patients. */
  readonly firm: boolean;
  /** A result would show it. A cell that none shows is never opened, and hides at no cost. */
  readonly shown: boolean;
  /** An earlier release shows it. */
  readonly released: boolean;
  /** It counts patients of whom something is not recorded, need not hide, and may be nobody for all that verdicts and relations say. */
  readonly vacant: boolean;
}

/** Cells and what adds up to what: all that complementary suppression knows. */
export interface SuppressionSystem {
  readonly cells: readonly SystemCell[];
  readonly relations: readonly Relation[];
}

/** An earlier session on the same dataset. */
export interface Earlier {
  readonly plan: Plan;
  readonly policy: Policy;
  /** The verdict of each cell of its plan; null: it hid, and whether for its own sake is not known any more. */
  readonly small: readonly (boolean | null)[];
  /** What became of each. */
  readonly standing: readonly Standing[];
}

/**
 * The system of a plan together with all earlier ones: cells by key, relations of all. The cells of the plan come first, in its order.
 *
 * A cell that an earlier plan hid for its own sake, or that may have been, still must; unless this plan has it too, and with it a verdict
 * of its own. One that was opened is released, and can't be hidden any more. Where two sessions contradict each other, less is taken to be
 * known. A cell that is 0 for certain stays in the list but in no relation: it can't protect another.
 *
 * @param small the verdict of each cell of the plan
 * @param refused the cells that hide for what earlier releases have told, by cell
 */
export function systemOf(
  plan: Plan,
  policy: Policy,
  small: readonly boolean[],
  earlier: readonly Earlier[] = [],
  refused: readonly boolean[] = [],
): SuppressionSystem {
  const merging = new Merging(new Set(plan.cells.flatMap(({ key }, cell) => (refused[cell] === true ? [key] : []))));
  const hides = primary(plan, policy, small);
  const judged = new Set(plan.cells.map(({ key }) => key));
  merging.add(plan, policy, small, (cell) => hides[cell]! || refused[cell] === true);
  for (const before of earlier) {
    const { cells, results } = before.plan;
    const shown = new Set(results.flatMap(cellsOf));
    const hid = primary(
      before.plan,
      before.policy,
      before.small.map((verdict) => verdict === true),
    );
    const stillHides = (cell: number): boolean =>
      !judged.has(cells[cell]!.key) &&
      (hid[cell]! || (before.small[cell] === null && shown.has(cell) && before.standing[cell] === "hidden"));
    merging.add(before.plan, before.policy, before.small, stillHides, before.standing);
  }
  return merging.finish(policy.threshold);
}

/** A cell before its bounds are settled. */
interface Said extends Omit<SystemCell, "firm" | "vacant"> {
  /** No plan has it as anything but one of missing values. */
  readonly missing: boolean;
}

/** Several plans becoming one system. */
class Merging {
  /** Keys of cells that were released before, of patients who have changed since. */
  readonly #refused: ReadonlySet<string>;
  readonly #at = new Map<string, number>();
  readonly #cells: Said[] = [];
  readonly #bounds: Bound[] = [];
  readonly #relations: Relation[] = [];

  constructor(refused: ReadonlySet<string>) {
    this.#refused = refused;
  }

  /** @param standing of an earlier plan; absent for the one that is to be decided */
  add(
    plan: Plan,
    policy: Policy,
    small: readonly (boolean | null)[],
    hides: (cell: number) => boolean,
    standing?: readonly Standing[],
  ): void {
    const shown = new Set(plan.results.flatMap(cellsOf));
    const at = plan.cells.map(({ key }, cell) => {
      const said = {
        key,
        primary: hides(cell),
        missing: plan.cells[cell]!.role === "missing",
        shown: standing === undefined && shown.has(cell),
        released: shown.has(cell) && standing?.[cell] === "open" && !this.#refused.has(key),
      };
      return this.#cell(said, boundOf(policy, small[cell] ?? null));
    });
    this.#relations.push(...plan.relations.map(({ total, parts }) => ({ total: at[total]!, parts: parts.map((part) => at[part]!) })));
  }

  finish(threshold: number): SuppressionSystem {
    const bounds = tightened(this.#bounds, this.#relations);
    const empty = (cell: number): boolean => bounds[cell]!.high === 0 && bounds[cell]!.gap > 0;
    const relations = this.#relations.flatMap(({ total, parts }) => {
      const some = parts.filter((part) => !empty(part));
      return empty(total) || some.length === 0 ? [] : [{ total, parts: some }];
    });
    const cells = this.#cells.map(({ missing, ...cell }, i): SystemCell => {
      const { low } = bounds[i]!;
      const hides = cell.primary && !cell.released;
      return { ...cell, primary: hides, firm: low >= threshold, vacant: missing && !hides && !cell.released && low === 0 };
    });
    return { cells, relations };
  }

  #cell(said: Said, bound: Bound): number {
    const at = this.#at.get(said.key);
    if (at === undefined) {
      const index = this.#cells.push(said) - 1;
      this.#at.set(said.key, index);
      this.#bounds.push(bound);
      return index;
    }
    const before = this.#cells[at]!;
    this.#cells[at] = {
      key: said.key,
      primary: before.primary || said.primary,
      missing: before.missing && said.missing,
      shown: before.shown || said.shown,
      released: before.released || said.released,
    };
    this.#bounds[at] = both(this.#bounds[at]!, bound);
    return at;
  }
}

/** What a verdict says of a pooled number; null: it is not known. */
function boundOf(policy: Policy, small: boolean | null): Bound {
  if (small === null) return { low: 0, high: Infinity, gap: 0 };
  const { from, to } = smallValues(policy);
  if (small) return { low: from, high: to, gap: 0 };
  return { low: from === 0 ? to + 1 : 0, high: Infinity, gap: to + 1 };
}

/** What two verdicts on one cell say together; the wider of each when they contradict each other. */
function both(one: Bound, other: Bound): Bound {
  const low = Math.max(one.low, other.low);
  const high = Math.min(one.high, other.high);
  if (low <= high) return { low, high, gap: Math.max(one.gap, other.gap) };
  return { low: Math.min(one.low, other.low), high: Math.max(one.high, other.high), gap: 0 };
}
