/** What a lying agent says in one exchange in place of what it should: wrong shares in all that is opened, or a deal that differs for one holder. */
export type Lie =
  | { readonly what: "opening"; readonly exchange: number }
  | { readonly what: "deal"; readonly exchange: number; readonly to: number };
