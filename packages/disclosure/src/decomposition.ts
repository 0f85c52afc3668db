import type { Plan } from "@tutti/query";

/** A relation, by keys. */
interface Sum {
  readonly total: string;
  readonly parts: readonly string[];
  /** Whether all other parts than these two are of missing values. */
  readonly isWhole: (one: string, other: string) => boolean;
}

/** What relations of some plans give of three numbers: their rest is the sum of cells that suppression knows. */
export class Decomposition {
  readonly #sums = new Map<string, Sum[]>();
  readonly #sumsWith = new Map<string, Sum[]>();
  readonly #below = new Map<string, ReadonlySet<string>>();

  constructor(plans: readonly Plan[]) {
    const seen = new Set<string>();
    for (const { cells, relations } of new Set(plans))
      for (const { total, parts } of relations) {
        const keys = parts.map((part) => cells[part]!.key);
        const name = `${cells[total]!.key} = ${keys.join(" + ")}`;
        if (seen.has(name)) continue;
        seen.add(name);
        const missing = new Set(parts.flatMap((part) => (cells[part]!.role === "missing" ? [cells[part]!.key] : [])));
        const isWhole = (one: string, other: string): boolean => keys.every((key) => key === one || key === other || missing.has(key));
        const sum: Sum = { total: cells[total]!.key, parts: keys, isWhole };
        this.#sums.set(sum.total, [...(this.#sums.get(sum.total) ?? []), sum]);
        for (const key of keys) this.#sumsWith.set(key, [...(this.#sumsWith.get(key) ?? []), sum]);
      }
  }

  /** Whether one of three sets holds the other two in different parts of a relation; or two of them make up, but for missing values, what holds the third. */
  gives(keys: readonly string[]): boolean {
    return keys.some((top) => {
      const [one, other] = keys.filter((key) => key !== top) as [string, string];
      return this.#apart(top, one, other) || this.#madeUp(one, other, top);
    });
  }

  #apart(top: string, one: string, other: string): boolean {
    if (!this.#inside(one, top) || !this.#inside(other, top)) return false;
    return (this.#sums.get(top) ?? []).some(({ parts }) =>
      parts.some((part) => {
        if (!this.#inside(one, part)) return false;
        return parts.some((another) => another !== part && this.#inside(other, another)) || this.#apart(part, one, other);
      }),
    );
  }

  #madeUp(one: string, other: string, third: string): boolean {
    return (this.#sumsWith.get(one) ?? []).some(
      ({ total, parts, isWhole }) => parts.includes(other) && isWhole(one, other) && this.#inside(third, total),
    );
  }

  /** Whether relations say that a set lies in another. */
  #inside(key: string, top: string): boolean {
    let below = this.#below.get(top);
    if (below === undefined) {
      const found = new Set([top]);
      for (const one of found) for (const { parts } of this.#sums.get(one) ?? []) for (const part of parts) found.add(part);
      this.#below.set(top, (below = found));
    }
    return below.has(key);
  }
}
