/** SQL text and its parameters, in the order of its placeholders. A literal of the query is never inside the text. */
export interface Statement {
  readonly text: string;
  /** Whole numbers: positions of codes, cut points and the like in their columns. */
  readonly parameters: readonly number[];
}

/** What a statement gave, column by column; all columns are of one length, and rows come in any order. Without rows it may have no columns. */
export type Answer = readonly (readonly (number | bigint | null)[])[];
