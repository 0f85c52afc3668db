// Every engine has these two; the language's own library of types does not.
declare const TextEncoder: new () => { encode(text: string): Uint8Array };
declare const TextDecoder: new (encoding: string, options: { fatal: boolean; ignoreBOM: boolean }) => { decode(bytes: Uint8Array): string };

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The UTF-8 bytes of a text. Throws a RangeError for a lone surrogate, which UTF-8 has no bytes for. */
export function toUtf8(text: string): Uint8Array {
  if (!text.isWellFormed()) throw new RangeError("a text holds half a character (a lone surrogate): write it in whole characters");
  return encoder.encode(text);
}

/** The text behind UTF-8 bytes; a byte order mark stays in it. Throws a RangeError for bytes that are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new RangeError("the bytes are not UTF-8: send text encoded as UTF-8");
  }
}
