import { readFileSync, statSync } from "node:fs";
import { resolve, sep } from "node:path";
import { type Identity, identityFileHead, parseIdentity, readPassphrase, type Secret, tooOpen } from "@tutti/envelope";

/** A file with a secret can't be used; the message says what to do, and holds nothing of the file. */
export class SecretFileFault extends Error {
  override readonly name = "SecretFileFault";
}

/**
 * The text of a file with a secret, which only its owner may read. What systemd hands to a service (`$CREDENTIALS_DIRECTORY`) is guarded by its
 * folder, whatever its own mode.
 * @throws SecretFileFault
 */
export function readSecretFile(path: string): string {
  let text: string;
  let mode: number;
  try {
    mode = statSync(path).mode;
    text = readFileSync(path, "utf8");
  } catch {
    throw new SecretFileFault(`${path} can't be read: check the path, and that this program's user may read it`);
  }
  const problem = isCredential(path) || process.platform === "win32" ? null : tooOpen(path, mode);
  if (problem !== null) throw new SecretFileFault(problem);
  return text;
}

/**
 * The identity in a file, opened with the passphrase in another where it is under one.
 * @throws SecretFileFault
 */
export function readIdentity(path: string, passphraseFile?: string): Identity {
  const text = readSecretFile(path);
  const isSealed = identityFileHead(text)?.sealed === true;
  return explained(path, () => parseIdentity(text, isSealed && passphraseFile !== undefined ? passphraseIn(passphraseFile) : null));
}

/**
 * The passphrase in a file.
 * @throws SecretFileFault
 */
export function passphraseIn(path: string): Secret {
  const text = readSecretFile(path);
  return explained(path, () => readPassphrase(text));
}

function explained<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (fault) {
    throw fault instanceof RangeError ? new SecretFileFault(`${path}: ${fault.message}`) : fault;
  }
}

function isCredential(path: string): boolean {
  const folder = process.env["CREDENTIALS_DIRECTORY"] ?? "";
  return folder !== "" && resolve(path).startsWith(resolve(folder) + sep);
}
