import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { EnvelopeFault, type Envelope, type Identity, identityFileHead, toBase64 } from "@tutti/envelope";
import { scheme, syncFolder } from "@tutti/platform";
import { type PinnedRoster, ROSTER, type Roster, RosterChain, RosterFault, signMessage } from "@tutti/protocol";
import { Stop } from "./exit.ts";
import { readJson, readText } from "./files.ts";
import { writeNew } from "./identityFiles.ts";

/** Names of what lies in a network's folder, which is the coordinator's. */
export const NETWORK_FILES = {
  identity: "identity.json",
  roster: "roster.json",
  policy: "policy.json",
  config: "coordinator.json",
  store: "store.sqlite",
} as const;

/** Makes a network's folder with its first files. Stop when something is there already. */
export function makeNetworkFolder(folder: string, files: Readonly<Record<string, string>>): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch {
    throw new Stop("error", `${folder} can't be made: give the path of a new folder in one that you may write`);
  }
  for (const [name, text] of Object.entries(files)) writeNew(join(folder, name), text);
}

/** The versions of the roster in a network's folder. Stop when they can't be read. */
export function readRosters(folder: string): RosterChain {
  const path = join(folder, NETWORK_FILES.roster);
  try {
    return RosterChain.open(readJson(path, "usage"), scheme);
  } catch (fault) {
    throw fault instanceof EnvelopeFault || fault instanceof RosterFault ? new Stop("error", `${path}: ${fault.message}`) : fault;
  }
}

/** The text of `roster.json`: all versions, oldest first. */
export function rosterText(versions: readonly Envelope[]): string {
  return `${JSON.stringify(versions, null, 2)}\n`;
}

/** The coordinator's next keys, and the text of the file that holds them. */
export interface Successor {
  readonly identity: Identity;
  readonly text: string;
}

/** The coordinator's next keys lie here until the roster that names them is in its place. */
const NEXT_IDENTITY = `${NETWORK_FILES.identity}.new`;

/**
 * Signs the next version and writes it, durably and at once: a coordinator that runs takes it up, and one that is killed meanwhile finds the old
 * list or the new one. Stop when another command is at it, or the change can't be made.
 * @param successor the keys that sign it in place of the present ones, and take their place in the folder
 */
export function appendVersion(
  folder: string,
  identity: Identity,
  change: (before: PinnedRoster) => Roster,
  successor: Successor | null = null,
): RosterChain {
  const path = join(folder, NETWORK_FILES.roster);
  const draft = `${path}.new`;
  let file: number;
  try {
    file = openSync(draft, "wx", 0o600);
  } catch {
    throw new Stop(
      "error",
      `${draft} is there: another command is changing the roster. If none is, it was killed: remove that file, and try again`,
    );
  }
  try {
    let chain: RosterChain;
    try {
      const before = readRosters(folder);
      demandOwn(before.newest, identity);
      const signer = successor?.identity ?? identity;
      chain = before.extended([signMessage(ROSTER, changed(before.newest, change), signer, scheme)], scheme);
      writeSync(file, rosterText(chain.envelopes));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (successor !== null) putNextIdentity(folder, successor.text);
    renameSync(draft, path);
    syncFolder(dirname(path));
    if (successor !== null) finishRotation(folder);
    return chain;
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/**
 * Puts the coordinator's next keys in the place of the present ones, once the roster names them: what a rotation that was killed has left to do. Gives
 * the versions of the roster, or null when nothing was left.
 */
export function finishRotation(folder: string): RosterChain | null {
  const [next, path] = [join(folder, NEXT_IDENTITY), join(folder, NETWORK_FILES.identity)];
  if (!existsSync(next)) return null;
  const chain = readRosters(folder);
  // Keys that no roster names were never used.
  if (identityFileHead(readText(next, "error"))?.publicKey !== chain.newest.coordinator.publicKey) return null;
  renameSync(next, path);
  syncFolder(folder);
  return chain;
}

function putNextIdentity(folder: string, text: string): void {
  const next = join(folder, NEXT_IDENTITY);
  rmSync(next, { force: true });
  writeNew(next, text);
  syncFolder(folder);
}

function changed(before: PinnedRoster, change: (before: PinnedRoster) => Roster): Roster {
  try {
    return change(before);
  } catch (fault) {
    throw fault instanceof RangeError ? new Stop("error", `nothing was changed: ${fault.message}`) : fault;
  }
}

function demandOwn({ coordinator }: PinnedRoster, identity: Identity): void {
  if (coordinator.name !== identity.name || coordinator.publicKey !== toBase64(identity.publicKey))
    throw new Stop(
      "error",
      "the identity in this folder is not that of the roster's coordinator: give the network's own folder; if tutti network rotate was killed in it, run that again, and it is finished",
    );
}
