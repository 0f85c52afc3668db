import { readSync } from "node:fs";

const LINE_FEED = 0x0a;
const CHUNK_BYTES = 1 << 18;

/** A line of a file, without its line feed. */
export interface FileLine {
  readonly bytes: Uint8Array;
  /** Where it begins in the file. */
  readonly at: number;
}

/** The lines of an open file that end with a line feed; of one longer than `maxBytes` comes the beginning, and then nothing more. */
export function* fileLines(file: number, maxBytes: number): Generator<FileLine> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let parts: Buffer[] = [];
  let length = 0;
  let at = 0;
  for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0 && end < read; end = chunk.indexOf(LINE_FEED, start)) {
      const bytes = Buffer.concat([...parts, chunk.subarray(start, end)]);
      yield { bytes, at };
      at += bytes.length + 1;
      start = end + 1;
      [parts, length] = [[], 0];
    }
    parts.push(Buffer.from(chunk.subarray(start, read)));
    length += read - start;
    if (length > maxBytes) return yield { bytes: Buffer.concat(parts), at };
  }
}
