/** SQL text and its parameters, in the order of its placeholders. A literal of the query is never inside the text. */
export interface Statement {
  readonly text: string;
  readonly parameters: readonly (string | number | boolean)[];
}
