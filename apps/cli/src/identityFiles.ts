import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import {
  formatIdentity,
  type Identity,
  identityFileHead,
  MIN_PASSPHRASE,
  parseIdentity,
  readPassphrase,
  type Secret,
  sealIdentity,
} from "@tutti/envelope";
import { passphraseIn, random, readIdentity, readSecretFile, SecretFileFault } from "@tutti/platform";
import { Stop } from "./exit.ts";
import type { Services } from "./services.ts";

/** Where a passphrase comes from: a file, or a person. */
export interface PassphraseOptions {
  readonly passphrase?: boolean;
  readonly passphraseFile?: string;
}

/** Writes `identity.json` for its owner alone. Stop when there is one already: nothing is overwritten. */
export function writeIdentity(path: string, identity: Identity, passphrase: Secret | null): void {
  writeNew(path, identityFileText(identity, passphrase));
}

/** Reads an identity, with its passphrase from a file or a person where it is under one. */
export async function readOwnIdentity(path: string, options: PassphraseOptions, services: Services): Promise<Identity> {
  return (await readUnlocked(path, options, services)).identity;
}

/** An identity, and the passphrase that it is under; null for none. */
export interface Unlocked {
  readonly identity: Identity;
  readonly passphrase: Secret | null;
}

/** Reads an identity as `readOwnIdentity` does, and keeps the passphrase for the file that is to take its place. */
export async function readUnlocked(path: string, { passphraseFile }: PassphraseOptions, services: Services): Promise<Unlocked> {
  const text = said(() => readSecretFile(path));
  if (identityFileHead(text)?.sealed !== true) return { identity: said(() => readIdentity(path)), passphrase: null };
  const passphrase =
    passphraseFile === undefined
      ? await services.prompt(`The passphrase of ${path}: `, { hidden: true }).then((typed) => said(() => readPassphrase(typed)))
      : said(() => passphraseIn(passphraseFile));
  return { identity: said(() => parseIdentity(text, passphrase)), passphrase };
}

/** The text of `identity.json`, under a passphrase if one is given. */
export function identityFileText(identity: Identity, passphrase: Secret | null): string {
  return passphrase === null ? formatIdentity(identity) : sealIdentity(identity, passphrase, random);
}

/** The passphrase of a new identity; null for none. A person types it twice. */
export async function newPassphrase({ passphrase, passphraseFile }: PassphraseOptions, services: Services): Promise<Secret | null> {
  if (passphraseFile !== undefined) return said(() => passphraseIn(passphraseFile));
  if (passphrase !== true) return null;
  const typed = await services.prompt(`A passphrase of at least ${MIN_PASSPHRASE} characters: `, { hidden: true });
  if (typed !== (await services.prompt("The same once more: ", { hidden: true })))
    throw new Stop("usage", "the two are not the same; nothing was made");
  return said(() => readPassphrase(typed));
}

/** Writes a file that was not there, durably, for its owner alone. */
export function writeNew(path: string, text: string): void {
  let file: number;
  try {
    file = openSync(path, "wx", 0o600);
  } catch (error) {
    const isThere = error instanceof Error && "code" in error && error.code === "EEXIST";
    throw new Stop("error", isThere ? `${path} is there already, and is not overwritten: give another folder` : `${path} can't be written`);
  }
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function said<T>(read: () => T): T {
  try {
    return read();
  } catch (fault) {
    throw fault instanceof SecretFileFault || fault instanceof RangeError ? new Stop("error", fault.message) : fault;
  }
}
