/** What differs between databases. Everything else that `compile` writes is standard SQL. */
export interface Dialect {
  /** An identifier in quotes, whatever characters it has. */
  identifier(name: string): string;
  /** The placeholder of the parameter at a position, counted from 1. */
  placeholder(position: number): string;
  /** The smallest integer type that holds 0 … greatest. */
  integer(greatest: number): string;
}

/** DuckDB 1.x. */
export const DUCKDB: Dialect = {
  identifier: (name) => `"${name.replaceAll('"', '""')}"`,
  placeholder: (position) => `$${position}`,
  integer: (greatest) => (greatest <= 0xff ? "UTINYINT" : greatest <= 0xffff ? "USMALLINT" : "UINTEGER"),
};
