/** What a file holds, for the centre's own data manager: no content of a row, but a centre's own numbers, so it must not leave the centre. */
export interface Summary {
  /** Patients. */
  readonly rows: number;
  readonly variables: Readonly<Record<string, { readonly known: number; readonly missing: number }>>;
  /** Columns of the file that the dictionary does not have, and that were not read. */
  readonly ignored: readonly string[];
}
