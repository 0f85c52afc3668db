import type { Input } from "./target.ts";

/** An input after which something went wrong once. It is fed again with every test run. */
export interface KeptInput {
  readonly target: string;
  readonly input: Input;
}

/** What campaigns have found, and is mended. */
export const KEPT: readonly KeptInput[] = [
  // A refinement decoded the key although its pattern had not matched: a RangeError out of a schema.
  { target: "public identity", input: '{"name":"Necker","publicKey":"Necker"}' },
  { target: "public identity", input: '{"name":"Necker","publicKey":"\\u0000"}' },
  // Half a character in an envelope was read, and could be written and hashed no more.
  {
    target: "public line",
    input: JSON.stringify({
      format: "tutti/1/public-line",
      name: "a",
      publicKey: "VC135FFk8KJn7bonhN2bxFRlRNrtOhK1gBXcS+0jzW8=",
      rotation: {
        payload: "\ud800",
        payloadType: "application/vnd.tutti.1.rotation+json",
        signatures: [{ keyid: "a", sig: "A".repeat(88) }],
      },
    }),
  },
  // A number of more than 308 digits is infinite, and no grid ends above it: the search for one did not end.
  {
    target: "dataset infer",
    input: {
      header: ["patient_id", "age"],
      rows: [
        ["1", "6".repeat(400)],
        ["2", "3"],
      ],
    },
  },
];
