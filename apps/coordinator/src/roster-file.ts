import { statSync } from "node:fs";
import { EnvelopeFault, type Identity, toBase64 } from "@tutti/envelope";
import { scheme } from "@tutti/platform";
import { type PinnedRoster, RosterChain, RosterFault } from "@tutti/protocol";
import type { CallOff, Clock } from "./clock.ts";
import { ConfigFault, readJsonFile } from "./config.ts";
import { faultFields, type Log } from "./log.ts";
import type { Rosters } from "./rosters.ts";

/** How often the file is looked at: a revoked key counts for so long still. */
const LOOK_MS = 1_000;

/** Reads `roster.json`, all versions of it. Throws a ConfigFault that says what to do. */
export function readRosterFile(path: string, identity: Identity): RosterChain {
  const chain = chainIn(path);
  if (!isOf(chain.newest, identity))
    throw new ConfigFault(
      `${path} names another coordinator than the identity is: use the two files that belong together; if tutti network rotate was killed, run it again`,
    );
  return chain;
}

function chainIn(path: string): RosterChain {
  let chain: RosterChain;
  try {
    chain = RosterChain.open(readJsonFile(path), scheme);
  } catch (fault) {
    throw fault instanceof EnvelopeFault || fault instanceof RosterFault ? new ConfigFault(`${path}: ${fault.message}`) : fault;
  }
  if (!chain.isWhole) throw new ConfigFault(`${path} does not begin with the first version: use the one that tutti network init made`);
  return chain;
}

function isOf({ coordinator }: PinnedRoster, identity: Identity): boolean {
  return coordinator.name === identity.name && coordinator.publicKey === toBase64(identity.publicKey);
}

/** Takes new versions from `roster.json` while the coordinator runs, as `tutti centre` writes them. */
export class RosterFile {
  readonly #path: string;
  readonly #identity: Identity;
  readonly #log: Log;
  #seen = "";

  constructor(path: string, identity: Identity, log: Log) {
    this.#path = path;
    this.#identity = identity;
    this.#log = log;
  }

  /** Looks now and then. */
  watch(rosters: Rosters, clock: Clock): CallOff {
    let callOff: CallOff;
    const look = (): void => {
      this.look(rosters);
      callOff = clock.after(LOOK_MS, look);
    };
    callOff = clock.after(LOOK_MS, look);
    return () => callOff();
  }

  /**
   * Looks once. A file that does not go on from the versions in force changes nothing, and is told once. Versions that are signed by this coordinator's
   * next keys count from its next start on, which reads them with the keys.
   */
  look(rosters: Rosters): void {
    const stamp = this.#stamp();
    if (stamp === this.#seen) return;
    this.#seen = stamp;
    try {
      const chain = chainIn(this.#path);
      const own = chain.versions.findLast(({ roster }) => isOf(roster, this.#identity));
      if (own === undefined)
        throw new ConfigFault(`${this.#path} names another coordinator than the identity is: put the one back that was there`);
      if (rosters.take(chain.upTo(own.roster.version), scheme))
        this.#log.info({ version: rosters.newest.version, roster: rosters.newest.hash }, "the roster has changed");
      const { version, hash } = chain.newest;
      if (version > own.roster.version) this.#log.warn({ version, roster: hash }, "the coordinator has new keys: start it anew");
    } catch (fault) {
      if (!(fault instanceof ConfigFault || fault instanceof RosterFault)) throw fault;
      this.#log.error(faultFields(fault), "the roster was not taken");
    }
  }

  /** What changes when the file does; it is replaced as a whole. */
  #stamp(): string {
    try {
      const { ino, mtimeMs, size } = statSync(this.#path);
      return `${ino} ${mtimeMs} ${size}`;
    } catch {
      return "";
    }
  }
}
