import { createReadStream } from "node:fs";

const CHUNK_BYTES = 1 << 20;

/** How the bytes of a text file are read: UTF-16 where its mark says so, UTF-8 where all of it is, and otherwise windows-1252. */
export async function encodingOf(path: string): Promise<"utf-8" | "utf-16le" | "windows-1252"> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let first = true;
  try {
    for await (const chunk of chunksOf(path)) {
      if (first && chunk[0] === 0xff && chunk[1] === 0xfe) return "utf-16le";
      first = false;
      decoder.decode(chunk, { stream: true });
    }
    decoder.decode();
    return "utf-8";
  } catch (error) {
    if (error instanceof TypeError) return "windows-1252";
    throw error;
  }
}

/** The text of a file in pieces, without a byte order mark. */
export async function* textOf(path: string, encoding: string): AsyncGenerator<string, void> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of chunksOf(path)) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

function chunksOf(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: CHUNK_BYTES });
}
