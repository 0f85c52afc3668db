import { isSealedFile, sealedFile, type Secret } from "@tutti/envelope";
import { random } from "./random.ts";

/** The bytes of a backup as they are written: under a passphrase, where there is one. */
export function backupPieces(content: Iterable<Uint8Array>, passphrase: Secret | null): Iterable<Uint8Array> {
  return passphrase === null ? content : sealedFile(content, passphrase, random);
}

/**
 * Why a backup can't be read with the passphrase that was given, or without one, as a sentence for people; null when it may be tried.
 * @param start the file's first bytes, 1 KiB or all of them
 */
export function sealProblem(path: string, start: Uint8Array, passphrase: Secret | null): string | null {
  const isSealed = isSealedFile(start);
  if (isSealed === (passphrase !== null)) return null;
  return isSealed
    ? `${path} is under a passphrase: give the path of the file that holds it by --passphrase-file`
    : `${path} is not under a passphrase: leave --passphrase-file out, if this is the file that you mean`;
}
