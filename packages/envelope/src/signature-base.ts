import { toUtf8 } from "./text.ts";

/** A covered component, as its identifier and its value. */
export type Component = readonly [identifier: string, value: string];

/**
 * The bytes that an HTTP signature signs, RFC 9421 §2.5: a line for each component and one for the parameters. No value holds a line break;
 * `parameters` is the serialized inner list, with its parameters, of `inputOf`.
 */
export function signatureBase(components: readonly Component[], parameters: string): Uint8Array {
  const lines = components.map(([identifier, value]) => `"${identifier}": ${value}\n`);
  return toUtf8(`${lines.join("")}"@signature-params": ${parameters}`);
}
