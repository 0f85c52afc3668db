import { z } from "zod";
import { fromBase64, toBase64 } from "./base64.ts";
import { NONCE_BYTES, seal, SEAL_BYTES, unseal } from "./box.ts";
import { LABELS } from "./label.ts";
import { newCost, newSalt, type Stretching, stretched, stretchingSchema } from "./passphrase.ts";
import type { Random } from "./random.ts";
import type { Secret } from "./secret.ts";
import { fromUtf8, toUtf8 } from "./text.ts";

/** Bytes of a piece, but for the last one, before it is sealed. */
const PIECE_BYTES = 1_048_576;
const MAX_HEAD_BYTES = 1_024;
const LINE_END = 0x0a;

/** The first line of a file under a passphrase. */
interface SealedFileHead {
  readonly format: typeof LABELS.sealedFile;
  readonly stretching: Stretching;
}

const headSchema: z.ZodType<SealedFileHead> = z.strictObject({ format: z.literal(LABELS.sealedFile), stretching: stretchingSchema });

/**
 * A file under a passphrase: one line that says how the key is made of it, then the content in pieces of 1 MiB, each an XSalsa20-Poly1305 box under its
 * number and whether it is the last one (the STREAM construction: Hoang, Reyhanitabar, Rogaway and Vizár, CRYPTO 2015), so that none can be left out,
 * added, or put elsewhere. The key is of this file alone, by its salt. The first piece takes seconds, and 128 MiB for so long.
 * @param content in pieces of any size
 */
export function* sealedFile(content: Iterable<Uint8Array>, passphrase: Secret, random: Random): Generator<Uint8Array, void> {
  const [cost, salt] = [newCost(), newSalt(random)];
  const head: SealedFileHead = { format: LABELS.sealedFile, stretching: { ...cost, salt: toBase64(salt) } };
  const key = stretched(passphrase, cost, salt, LABELS.sealedFile, "");
  yield toUtf8(`${JSON.stringify(head)}\n`);
  let number = 0;
  for (const { bytes, isLast } of piecesOf(content, PIECE_BYTES)) yield seal(bytes, nonceOfPiece(number++, isLast), key);
  key.erase();
}

/**
 * The content of a file under a passphrase, piece by piece. What was yielded before a RangeError is what was sealed; whether it is all of it is known at the
 * end.
 * @throws RangeError when it is no such file, the passphrase does not open it, or it is damaged
 */
export function* unsealedFile(file: Iterable<Uint8Array>, passphrase: Secret): Generator<Uint8Array, void> {
  const { head, rest } = split(file);
  if (head === null) throw new RangeError("it is not under a passphrase");
  const { stretching } = head;
  const key = stretched(passphrase, stretching, fromBase64(stretching.salt), LABELS.sealedFile, "");
  let number = 0;
  for (const { bytes, isLast } of piecesOf(rest, PIECE_BYTES + SEAL_BYTES)) {
    const plain = bytes.length < SEAL_BYTES ? null : unseal(bytes, nonceOfPiece(number, isLast), key);
    if (plain === null)
      throw new RangeError(number === 0 ? "the passphrase does not open it, or it is damaged" : "it is damaged: take another copy of it");
    number++;
    yield plain;
  }
  key.erase();
}

/** Whether a file's first bytes, 1 KiB or all of them, are those of a file under a passphrase. */
export function isSealedFile(start: Uint8Array): boolean {
  return split([start]).head !== null;
}

/** Number of the piece, 4 bytes; 1 for the last one; zeros. */
function nonceOfPiece(number: number, isLast: boolean): Uint8Array {
  if (number >= 2 ** 32) throw new RangeError("a file under a passphrase has 4 petabytes at most");
  const nonce = new Uint8Array(NONCE_BYTES);
  new DataView(nonce.buffer).setUint32(0, number);
  nonce[4] = isLast ? 1 : 0;
  return nonce;
}

/** Bytes as pieces of one size; the last one, which is always there, is shorter or of the same. */
function* piecesOf(content: Iterable<Uint8Array>, size: number): Generator<{ readonly bytes: Uint8Array; readonly isLast: boolean }> {
  let held = new Uint8Array(size);
  let filled = 0;
  for (const chunk of content) {
    for (let at = 0; at < chunk.length;) {
      if (filled === size) {
        yield { bytes: held, isLast: false };
        [held, filled] = [new Uint8Array(size), 0];
      }
      const taken = Math.min(size - filled, chunk.length - at);
      held.set(chunk.subarray(at, at + taken), filled);
      [filled, at] = [filled + taken, at + taken];
    }
  }
  yield { bytes: held.subarray(0, filled), isLast: true };
}

/** The first line and what follows it; null for what has no such line. */
function split(file: Iterable<Uint8Array>): { readonly head: SealedFileHead | null; readonly rest: Iterable<Uint8Array> } {
  const chunks = file[Symbol.iterator]();
  let start = new Uint8Array(0);
  for (let next = chunks.next(); next.done !== true; next = chunks.next()) {
    start = joined(start, next.value);
    const end = start.indexOf(LINE_END);
    if (end < 0 && start.length < MAX_HEAD_BYTES) continue;
    const head = end < 0 ? null : headIn(start.subarray(0, end));
    return { head, rest: following(start.subarray(end + 1), chunks) };
  }
  return { head: null, rest: [] };
}

function* following(first: Uint8Array, chunks: Iterator<Uint8Array>): Generator<Uint8Array> {
  yield first;
  for (let next = chunks.next(); next.done !== true; next = chunks.next()) yield next.value;
}

function headIn(line: Uint8Array): SealedFileHead | null {
  try {
    return headSchema.parse(JSON.parse(fromUtf8(line)));
  } catch {
    return null;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
