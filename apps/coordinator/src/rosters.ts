import type { Envelope, SignatureScheme } from "@tutti/envelope";
import type { PinnedRoster, RosterChain } from "@tutti/protocol";

/** All versions of the network's roster: the newest counts for new offers, older ones for what began under them. */
export class Rosters {
  #chain: RosterChain;
  readonly #onNewer: ((newest: PinnedRoster) => void)[] = [];

  /** @param chain from the first version on */
  constructor(chain: RosterChain) {
    this.#chain = chain;
  }

  get newest(): PinnedRoster {
    return this.#chain.newest;
  }

  /** The version of a content hash, or null. */
  get(hash: string): PinnedRoster | null {
    return this.#chain.get(hash);
  }

  /** All versions, oldest first. */
  get versions(): RosterChain["versions"] {
    return this.#chain.versions;
  }

  /** The signed versions after a number, oldest first. */
  after(version: number): readonly Envelope[] {
    return this.#chain.after(version).map(({ envelope }) => envelope);
  }

  /** Calls back whenever there is a newer version. */
  onNewer(listener: (newest: PinnedRoster) => void): void {
    this.#onNewer.push(listener);
  }

  /**
   * Takes the versions that are new; false when there are none.
   * @throws RosterFault when the other chain is not of the same past
   */
  take(other: RosterChain, scheme: SignatureScheme): boolean {
    const joined = this.#chain.joined(other, scheme);
    const isNewer = joined.newest.version > this.newest.version;
    this.#chain = joined;
    if (isNewer) for (const listener of this.#onNewer) listener(joined.newest);
    return isNewer;
  }
}
