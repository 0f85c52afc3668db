import type { Predicate } from "@tutti/query";
import type { Conjunct } from "./conjunct.ts";
import { conditionSql, type Parameters } from "./condition.ts";
import type { Dialect } from "./dialect.ts";
import { type Column, type PatientTable, unfit } from "./patient-table.ts";

/** What patients are grouped by: a small whole number of each, 0 … size − 1, or NULL. */
export interface Feature {
  readonly id: string;
  readonly size: number;
  /** The expression that gives it. */
  sql(dialect: Dialect, parameters: Parameters): string;
  /** The values that a conjunct allows, NULL being `size`. */
  allowed(conjunct: Conjunct): readonly number[];
}

/** Chooses the features that tell apart what a plan asks. */
export class Features {
  readonly #table: PatientTable;
  readonly #whole: ReadonlySet<string>;
  readonly #made = new Map<string, Feature>();

  /** `whole` are the numbers of which every grid point is needed; of others it is the bands between cut points. */
  constructor(table: PatientTable, whole: ReadonlySet<string>) {
    this.#table = table;
    this.#whole = whole;
  }

  /** The feature of the variable that a conjunct speaks of; a conjunct on several is a feature of its own. */
  of(conjunct: Conjunct): Feature {
    const [variable, ...others] = conjunct.variables;
    return variable !== undefined && others.length === 0
      ? this.variable(variable)
      : this.#once(conjunct.key, () => entangled(conjunct, this.#table));
  }

  variable(name: string): Feature {
    return this.#once(name, () => {
      const column = this.#table.column(name);
      return column.variable.type !== "number" || this.#whole.has(name) ? wholeColumn(column) : bands(column, column.variable.cuts);
    });
  }

  #once(id: string, make: () => Feature): Feature {
    const made = this.#made.get(id) ?? make();
    this.#made.set(id, made);
    return made;
  }
}

/** The values of a column as they are. */
function wholeColumn(column: Column): Feature {
  const { name, size, codeOf } = column;
  return oneColumn(name, size, codeOf, ({ identifier }) => identifier(name));
}

/** The place of a number among the cut points. */
function bands({ name, codeOf }: Column, cuts: readonly number[]): Feature {
  const bandFrom = (cut: string | boolean | number): number | null => (cuts as readonly unknown[]).indexOf(cut) + 1 || null;
  return oneColumn(name, cuts.length + 1, bandFrom, ({ identifier }, parameters) => {
    const below = cuts.map((cut, band) => `WHEN ${identifier(name)} < ${parameters.bind(codeOf(cut)!)} THEN ${band}`);
    return `CASE ${[...below, `WHEN ${identifier(name)} IS NOT NULL THEN ${cuts.length}`].join(" ")} END`;
  });
}

function oneColumn(name: string, size: number, codeOf: Column["codeOf"], sql: Feature["sql"]): Feature {
  const made = new Map<string, readonly number[]>();
  return {
    id: name,
    size,
    sql,
    allowed: ({ key, predicate }) => {
      let some = made.get(key);
      if (some === undefined) {
        some =
          "in" in predicate
            ? codesOf(predicate.in, codeOf)
            : Array.from({ length: size + 1 }, (_, code) => code).filter(holdsAt(predicate, size, codeOf));
        made.set(key, some);
      }
      return some;
    },
  };
}

/** Whether a predicate on one variable holds for a patient with this value of its feature. */
function holdsAt(predicate: Predicate, missing: number, codeOf: Column["codeOf"]): (code: number) => boolean {
  if ("all" in predicate) {
    const inside = predicate.all.map((one) => holdsAt(one, missing, codeOf));
    return (code) => inside.every((holds) => holds(code));
  }
  if ("any" in predicate) {
    const inside = predicate.any.map((one) => holdsAt(one, missing, codeOf));
    return (code) => inside.some((holds) => holds(code));
  }
  if ("not" in predicate) {
    const holds = holdsAt(predicate.not, missing, codeOf);
    return (code) => !holds(code);
  }
  if ("known" in predicate) return (code) => (code !== missing) === predicate.known;
  if ("in" in predicate) {
    const codes = new Set(codesOf(predicate.in, codeOf));
    return (code) => codes.has(code);
  }
  const from = codeOf("atLeast" in predicate ? predicate.atLeast : predicate.below) ?? unfit();
  return "atLeast" in predicate ? (code) => code !== missing && code >= from : (code) => code < from;
}

function codesOf(values: readonly (string | boolean)[], codeOf: Column["codeOf"]): readonly number[] {
  return [...new Set(values.map((value) => codeOf(value) ?? unfit()))];
}

/** Whether a condition on several variables holds: 1 or 0, never NULL. */
function entangled({ key, predicate }: Conjunct, table: PatientTable): Feature {
  return {
    id: key,
    size: 2,
    sql: (dialect, parameters) => `CASE WHEN ${conditionSql(predicate, table, dialect, parameters)} THEN 1 ELSE 0 END`,
    allowed: () => [1],
  };
}
