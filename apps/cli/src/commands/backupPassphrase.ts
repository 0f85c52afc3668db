import { resolve } from "node:path";

/** The option of the commands that back up and restore. */
export interface BackupPassphrase {
  readonly passphraseFile?: string;
}

/** What the option means, for people. */
export const PASSPHRASE = {
  backup: "put the backup under the passphrase in this file, which only its owner may read",
  restore: "the passphrase that the backup is under",
} as const;

/** The option, as agent and coordinator take it. */
export function passphraseArgs({ passphraseFile }: BackupPassphrase): readonly string[] {
  return passphraseFile === undefined ? [] : ["--passphrase-file", resolve(passphraseFile)];
}
