import type { Domain } from "./domain.ts";
import { NONE, type SetId } from "./diagram.ts";
import { type Draft, type Standing, tooLarge } from "./draft.ts";
import { LIMITS } from "./limit.ts";
import type { Stratum } from "./plan.ts";
import type { Predicate } from "./predicate.ts";

/** The index of a value on each axis, the missing one last; null for all of them together. */
type Position = readonly (number | null)[];

/** One block of the cube: a value of each `by` variable, or its margin. */
export interface Block {
  readonly at: Position;
  /** The patients of the cohort who are in it. */
  readonly set: SetId;
  /** Null where one of the values is missing: no result is given for it. */
  readonly stratum: Stratum | null;
  /** The dictionary says of one of the missing values that being recorded is sensitive. */
  readonly sensitive: boolean;
  /** The finest blocks that make it up, leaving out those that nobody can be in. */
  readonly atoms: readonly Atom[];
}

/** One of the finest blocks; centres contribute for these only, so that every margin is the sum of what it contains. */
export interface Atom {
  readonly set: SetId;
  /** The conditions of the cohort and of the block. */
  readonly conditions: readonly Predicate[];
}

/** A cell of each block. */
export type Layer = readonly number[];

/** The cohort laid out by its strata with all margins: everybody first, then the strata of each variable, then both. */
export class Cube {
  readonly blocks: readonly Block[];
  readonly #draft: Draft;
  readonly #axes: readonly Domain[];
  readonly #index = new Map<string, number>();

  constructor(draft: Draft, where: Predicate | undefined, by: readonly string[]) {
    this.#draft = draft;
    this.#axes = by.map((name) => draft.diagram.domain(name));
    if (this.#axes.reduce((n, axis) => n * (axis.values.length + 1), 1) > LIMITS.cells) tooLarge("the number of strata");
    const cohort: Atom = { set: draft.diagram.set(where ?? { all: [] }), conditions: where === undefined ? [] : [where] };
    draft.diagram.allow(LIMITS.planSteps);
    const finest = new Map(this.#positions(null, []).map((at) => [at.join(), this.#atom(cohort, at)]));
    const positions = this.#positions(null, [null]).toSorted((a, b) => margins(b) - margins(a));
    this.blocks = positions.map((at) => this.#block(cohort, at, finest));
    positions.forEach((at, i) => this.#index.set(at.join(), i));
  }

  /** A cell in each block, and the relations between each margin and its parts. `within`: the patients of each block; null: they are these. */
  layer(set: (block: SetId) => SetId, within: Layer | null, standing: Standing, terms: (atom: Atom) => readonly number[]): Layer {
    const layer = this.blocks.map((block, i) =>
      this.#draft.cell(set(block.set), within?.[i] ?? null, this.#standing(block, standing), () =>
        block.atoms.flatMap((atom) => terms(atom)),
      ),
    );
    this.blocks.forEach(({ at }, i) =>
      at.forEach((value, axis) => {
        if (value !== null) return;
        const parts = this.#axes[axis]!.values.map((_, part) => layer[this.#index.get(at.with(axis, part).join())!]!);
        this.#draft.relation(layer[i]!, parts);
      }),
    );
    return layer;
  }

  /** In every block, the cell of one layer is the sum of those of the others. */
  relate(total: Layer, parts: readonly Layer[]): void {
    total.forEach((cell, i) => {
      this.#draft.relation(
        cell,
        parts.map((part) => part[i]!),
      );
    });
  }

  #standing({ stratum, sensitive }: Block, standing: Standing): Standing {
    return stratum === null ? { role: "missing", sensitive: sensitive || standing.sensitive } : standing;
  }

  /** The positions inside one (null for the whole cube), with `beside` before the values of each axis that it leaves open. */
  #positions(inside: Position | null, beside: readonly null[]): readonly Position[] {
    return this.#axes.reduce<readonly Position[]>(
      (positions, { values }, axis) => {
        const fixed = inside?.[axis] ?? null;
        const along = fixed === null ? [...beside, ...values.keys()] : [fixed];
        return positions.flatMap((at) => along.map((value) => [...at, value]));
      },
      [[]],
    );
  }

  #atom(cohort: Atom, at: Position): Atom {
    return at.reduce<Atom>(({ set, conditions }, value, axis) => {
      if (value === null) return { set, conditions };
      const { name, values } = this.#axes[axis]!;
      return { set: this.#draft.diagram.having(set, name, value), conditions: [...conditions, values[value]!.condition] };
    }, cohort);
  }

  #block(cohort: Atom, at: Position, finest: ReadonlyMap<string, Atom>): Block {
    const { set } = this.#atom(cohort, at);
    const inside = this.#positions(at, []).map((atom) => finest.get(atom.join())!);
    const some = inside.filter((atom) => atom.set !== NONE);
    const chosen = this.#axes.flatMap((axis, i) => (at[i] === null ? [] : [{ axis, value: axis.values[at[i]!]! }]));
    const absent = chosen.filter(({ value }) => value.name === null);
    const stratum = Object.fromEntries(chosen.map(({ axis, value }) => [axis.name, value.name!]));
    return {
      at,
      set,
      stratum: absent.length > 0 ? null : stratum,
      sensitive: absent.some(({ axis }) => axis.variable.recorded === "sensitive"),
      atoms: some.length > 0 ? some : inside.slice(0, 1),
    };
  }
}

function margins(at: Position): number {
  return at.filter((value) => value === null).length;
}
