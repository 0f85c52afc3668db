import type { Predicate } from "@tutti/query";
import type { Dialect } from "./dialect.ts";
import { type PatientTable, unfit } from "./patient-table.ts";

/** The parameters of one statement in the making; placeholders are written in the order of their parameters. */
export class Parameters {
  readonly values: number[] = [];
  readonly #dialect: Dialect;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** Adds a value, and gives the placeholder that stands for it. */
  bind(value: number): string {
    return this.#dialect.placeholder(this.values.push(value));
  }
}

/**
 * The SQL condition that is TRUE exactly where the predicate holds; elsewhere it is FALSE or NULL, so it belongs after WHERE or WHEN.
 * AND and OR of such conditions are such conditions. NOT would not be (NOT NULL is NULL): a `not` is written IS NOT TRUE. RangeError when
 * the predicate does not fit the table.
 */
export function conditionSql(predicate: Predicate, table: PatientTable, dialect: Dialect, parameters: Parameters): string {
  const write = (inside: Predicate): string => {
    if ("all" in inside) return joined(inside.all.map(write), " AND ", "TRUE");
    if ("any" in inside) return joined(inside.any.map(write), " OR ", "FALSE");
    if ("not" in inside) return `(${write(inside.not)}) IS NOT TRUE`;
    const column = table.column(inside.variable);
    const name = dialect.identifier(column.name);
    const bound = (value: string | boolean | number): string => parameters.bind(column.codeOf(value) ?? unfit());
    if ("known" in inside) return `${name} IS ${inside.known ? "NOT " : ""}NULL`;
    if ("in" in inside) return inside.in.length === 0 ? "FALSE" : `${name} IN (${inside.in.map(bound).join(", ")})`;
    return "atLeast" in inside ? `${name} >= ${bound(inside.atLeast)}` : `${name} < ${bound(inside.below)}`;
  };
  return write(predicate);
}

function joined(parts: readonly string[], operator: string, none: string): string {
  return parts.length === 0 ? none : parts.length === 1 ? parts[0]! : parts.map((part) => `(${part})`).join(operator);
}
