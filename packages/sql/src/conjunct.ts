import type { Predicate } from "@tutti/query";

/** One of the conditions that must all hold for a patient to be counted; equal keys are equal conditions. */
export interface Conjunct {
  readonly key: string;
  readonly predicate: Predicate;
  /** The variables that it speaks of. */
  readonly variables: ReadonlySet<string>;
}

/** Takes predicates apart into conjuncts. What inputs share by reference is read once. */
export class Conjuncts {
  readonly #known = new Map<Predicate, readonly Conjunct[]>();

  of(predicate: Predicate): readonly Conjunct[] {
    let conjuncts = this.#known.get(predicate);
    if (conjuncts === undefined) {
      conjuncts = "all" in predicate ? predicate.all.flatMap((inside) => this.of(inside)) : [conjunctOf(predicate)];
      this.#known.set(predicate, conjuncts);
    }
    return conjuncts;
  }
}

/** The conjuncts that stand in every list. */
export function shared(lists: readonly (readonly Conjunct[])[]): readonly Conjunct[] {
  const [first = [], ...others] = lists;
  const common = new Map(first.map((conjunct) => [conjunct.key, conjunct]));
  for (const list of others) {
    if (common.size === 0) break;
    const keys = new Set(list.map(({ key }) => key));
    for (const key of common.keys()) if (!keys.has(key)) common.delete(key);
  }
  return [...common.values()];
}

function conjunctOf(predicate: Predicate): Conjunct {
  const variables = new Set<string>();
  const collect = (inside: Predicate): void => {
    if ("all" in inside) inside.all.forEach(collect);
    else if ("any" in inside) inside.any.forEach(collect);
    else if ("not" in inside) collect(inside.not);
    else variables.add(inside.variable);
  };
  collect(predicate);
  return { key: JSON.stringify(predicate), predicate, variables };
}
