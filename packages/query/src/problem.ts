/** What is wrong with a query, and what to do about it. */
export interface Problem {
  /**
   * `shape`: not a query; `dataset`: another dataset or version; `variable`, `type`, `code`, `cut`, `quantile`: it names
   * or compares something that the dataset does not allow; `limit`: too large.
   */
  readonly code: "shape" | "dataset" | "variable" | "type" | "code" | "cut" | "quantile" | "limit";
  /** Where in the query, such as `where.all[0].is`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

/** Adds one step to a path: a key or an index. */
export function within(path: string, ...keys: readonly PropertyKey[]): string {
  return keys.reduce<string>(
    (at, key) => (typeof key === "number" ? `${at}[${key}]` : at === "" ? String(key) : `${at}.${String(key)}`),
    path,
  );
}

/** A name of the query in a message: quoted, and cut short. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
