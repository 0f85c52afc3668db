import type { PinFolder, RosterYes } from "@tutti/agent";
import type { RosterChain } from "@tutti/protocol";

/** The versions of the roster that a simulated centre has pinned and was told, and what its people said: what the folder `roster` is on a disk. */
export class MemoryRosterFolder implements PinFolder {
  /** Told when the coordinator has told newer versions. */
  onTold: () => void = () => {};
  #pinned: RosterChain | null = null;
  #told: RosterChain | null = null;
  #yes: RosterYes | null = null;

  pinned(): RosterChain | null {
    return this.#pinned;
  }

  told(): RosterChain | null {
    return this.#told;
  }

  yes(): RosterYes | null {
    return this.#yes;
  }

  async pin(chain: RosterChain): Promise<void> {
    this.#pinned = chain;
  }

  async tell(chain: RosterChain): Promise<void> {
    this.#told = chain;
    this.onTold();
  }

  async forgetYes(): Promise<void> {
    this.#yes = null;
  }

  /** Somebody says yes to the newest version that was told. */
  agree(): void {
    if (this.#told === null) return;
    const { version, hash } = this.#told.newest;
    this.#yes = { version, roster: hash, by: "Ada", atMs: 0 };
  }
}
