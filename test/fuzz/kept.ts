/** An input after which something went wrong once. It is fed again with every test run. */
export interface KeptInput {
  readonly target: string;
  readonly input: string;
}

/** What campaigns have found, and is mended. */
export const KEPT: readonly KeptInput[] = [
  // A refinement decoded the key although its pattern had not matched: a RangeError out of a schema.
  { target: "public identity", input: '{"name":"Necker","publicKey":"Necker"}' },
  { target: "public identity", input: '{"name":"Necker","publicKey":"\\u0000"}' },
];
