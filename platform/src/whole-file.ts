import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { syncFolder } from "./sync-folder.ts";

const READ_BYTES = 1_048_576;

/** The bytes of a file, piece by piece. Throws what the operating system says. */
export function* piecesOfFile(path: string): Generator<Uint8Array, void> {
  const file = openSync(path, "r");
  try {
    for (;;) {
      const piece = new Uint8Array(READ_BYTES);
      const read = readSync(file, piece);
      if (read === 0) return;
      yield piece.subarray(0, read);
    }
  } finally {
    closeSync(file);
  }
}

/**
 * Writes a file that only its owner may read, so that it is there, whole, once this returns, also after a crash; if anything fails, nothing is. Throws what
 * the operating system says, or what making the pieces throws.
 */
export function writeWholeFile(path: string, pieces: Iterable<Uint8Array>): void {
  const draft = `${path}.new`;
  rmSync(draft, { force: true });
  const file = openSync(draft, "wx", 0o600);
  try {
    try {
      for (const piece of pieces) writeAll(file, piece);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (fault) {
    rmSync(draft, { force: true });
    throw fault;
  }
  syncFolder(dirname(path));
}

function writeAll(file: number, piece: Uint8Array): void {
  for (let at = 0; at < piece.length;) at += writeSync(file, piece, at);
}
