import { type PinnedRoster, type RosterChain, RosterFault, type RosterVersion } from "@tutti/protocol";
import type { AgentLog } from "../agent-log.ts";
import type { Ledger } from "../ledger-file.ts";
import { StartProblem } from "../start-problem.ts";
import { pinnedIn } from "./pinned-roster.ts";
import type { PinFolder } from "./roster-folder.ts";

/** What the pin of a running agent is made of. */
export interface RosterPinParts {
  /** `roster.json` */
  readonly file: RosterChain;
  readonly folder: PinFolder;
  readonly ledger: Pick<Ledger, "pinned" | "append">;
  readonly log: AgentLog;
  /** Asks the coordinator for all versions. */
  readonly ask: () => Promise<RosterChain>;
}

/** The roster that counts at this centre while the agent runs: it goes on to a newer version by a person's yes, and by nothing else. */
export class RosterPin {
  readonly #parts: RosterPinParts;
  #chain: RosterChain;
  #toldVersion: number;
  #turn: Promise<unknown> = Promise.resolve();

  /** @throws StartProblem */
  constructor(parts: RosterPinParts) {
    this.#parts = parts;
    this.#chain = pinnedIn(parts.file, parts.folder).chain;
    this.#toldVersion = this.#chain.newest.version;
  }

  get newest(): PinnedRoster {
    return this.#chain.newest;
  }

  /** The versions up to it, oldest first. */
  get versions(): readonly RosterVersion[] {
    return this.#chain.versions;
  }

  /** A version that counts or counted, by its content hash; null for those that wait. */
  get(hash: string): PinnedRoster | null {
    return this.#chain.get(hash);
  }

  /**
   * Asks the coordinator for its versions. Newer ones that follow from the pinned one wait for a person; whatever does not follow, or is older, is
   * refused and told to the log.
   * @throws RosterFault when the pinned version is not among them
   */
  async look(): Promise<void> {
    const { folder, log } = this.#parts;
    const theirs = await this.#parts.ask();
    const own = this.newest;
    if (theirs.get(own.hash) === null) {
      const what = theirs.newest.version < own.version ? "an older roster" : "a roster of another past";
      const fault = new RosterFault("order", `the coordinator tells ${what} than this centre has pinned: ask the network's operator why`);
      log.error({ version: theirs.newest.version, roster: theirs.newest.hash, problem: fault.message }, "a roster was refused");
      throw fault;
    }
    this.#chain = theirs.upTo(own.version);
    if (theirs.newest.version <= this.#toldVersion) return;
    await folder.tell(theirs);
    this.#toldVersion = theirs.newest.version;
    log.warn({ version: theirs.newest.version, roster: theirs.newest.hash }, "a newer roster waits for a person");
  }

  /**
   * Takes up a yes, if there is one: pins the version, writes it in the ledger, and then lets it count. True when it has changed. Rejects when it can't
   * be written, and then the version before counts; StartProblem when a later version counted here before.
   */
  takeUp(): Promise<boolean> {
    const turn = this.#turn.then(() => this.#takeUp());
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #takeUp(): Promise<boolean> {
    const { file, folder, ledger, log } = this.#parts;
    if (folder.yes() === null && ledger.pinned?.roster === this.newest.hash) return false;
    const { chain: known, yes } = pinnedIn(file, folder);
    const { hash: roster, version } = known.newest;
    // The coordinator may have told the versions before it.
    const chain = this.#chain.get(roster) === null ? known : this.#chain.upTo(version);
    if ((ledger.pinned?.version ?? 0) > version)
      throw new StartProblem(
        `the ledger says that version ${ledger.pinned!.version} of the roster counted here, and only ${version} is left: restore the newest copy of the whole folder of the ledger`,
      );
    await folder.pin(chain);
    if (ledger.pinned?.roster !== roster) {
      const said = yes === null ? {} : { by: yes.by, at: new Date(yes.atMs).toISOString() };
      await ledger.append({ kind: "pinned", body: { roster, version, ...said } });
    }
    await folder.forgetYes();
    const changed = roster !== this.newest.hash;
    this.#chain = chain;
    if (changed) log.warn({ version, roster }, "another version of the roster counts");
    return changed;
  }
}
