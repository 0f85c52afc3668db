import { type Envelope, type Identity, type Sha256, type SignatureScheme, toHex } from "@tutti/envelope";
import { MerkleTree } from "@tutti/ledger";
import { entryLeaf, type Inclusion, LOG_HEAD, LOG_PAGE, type LogEntry, logEntry, signMessage } from "@tutti/protocol";
import type { Clock } from "./clock.ts";
import type { LogRows } from "./log-rows.ts";
import { ProblemFault } from "./problem-fault.ts";
import type { Rosters } from "./rosters.ts";

/** What the public log is made of. */
export interface PublicLogParts {
  readonly rows: LogRows;
  readonly identity: Identity;
  readonly rosters: Rosters;
  readonly scheme: SignatureScheme;
  readonly sha256: Sha256;
  readonly clock: Clock;
}

/** A head is signed again when there is something new, or when the last one is older than this. */
const HEAD_MS = 60_000;

/**
 * The coordinator's log as it is shown: an append-only list of every envelope that it signed or took, a Merkle tree over it, signed heads and
 * proofs (RFC 9162). Entries are written beside what they are about, by whoever writes that; here they are read, also those of another process
 * on the same database. The tree is in memory: 64 bytes an entry.
 */
export class PublicLog {
  readonly #parts: PublicLogParts;
  readonly #tree: MerkleTree;
  #head: { readonly envelope: Envelope; readonly size: number; readonly atMs: number } | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(parts: PublicLogParts) {
    this.#parts = parts;
    this.#tree = new MerkleTree(parts.sha256);
  }

  /** Reads the log, and writes those versions of the roster into it that are not there yet. Rejects with a DatabaseFault. */
  static async open(parts: PublicLogParts): Promise<PublicLog> {
    const log = new PublicLog(parts);
    await log.writeRosters();
    await log.#catchUp();
    return log;
  }

  /** Writes versions of the roster that are not there yet, oldest first. Rejects with a DatabaseFault. */
  writeRosters(): Promise<void> {
    return this.#inTurn(async () => {
      const { rows, rosters, clock, sha256 } = this.#parts;
      for (const { envelope, roster } of rosters.versions) {
        const entry = logEntry("roster", roster.hash, envelope, clock.nowMs(), sha256);
        if ((await rows.find(entry.about, entry.envelope)) === null) await rows.append(entry);
      }
    });
  }

  /** The signed head, and the size that it is of. */
  async head(): Promise<{ readonly envelope: Envelope; readonly size: number }> {
    await this.#catchUp();
    const { identity, rosters, scheme, clock } = this.#parts;
    const atMs = clock.nowMs();
    const { size } = this.#tree;
    if (this.#head === null || this.#head.size !== size || atMs - this.#head.atMs > HEAD_MS) {
      const value = { network: rosters.newest.network, size, root: toHex(this.#tree.root()), atMs };
      this.#head = { envelope: signMessage(LOG_HEAD, value, identity, scheme), size, atMs };
    }
    return this.#head;
  }

  /** Entries from a place on, `LOG_PAGE` at most. */
  entries(from: number): Promise<readonly LogEntry[]> {
    return this.#parts.rows.from(from, LOG_PAGE);
  }

  /** That the log of `size` entries has one about something, of the envelope with this hash. ProblemFault `not-found` when it has none. */
  async inclusion(about: string, envelope: string, size: number): Promise<Inclusion> {
    await this.#catchUp();
    this.#demandSize(size);
    const found = await this.#parts.rows.find(about, envelope);
    if (found === null || found.position >= size) throw new ProblemFault("not-found", "a log of this size has no such entry");
    return { index: found.position, entry: found.entry, proof: this.#tree.inclusion(found.position, size).map(toHex) };
  }

  /** That the log of `size` entries begins with the one of `earlier`. */
  async consistency(earlier: number, size: number): Promise<readonly string[]> {
    await this.#catchUp();
    this.#demandSize(size);
    if (earlier > size) throw new ProblemFault("not-understood", "from is an earlier size of the log: at most size");
    return this.#tree.consistency(earlier, size).map(toHex);
  }

  #demandSize(size: number): void {
    if (size > this.#tree.size) throw new ProblemFault("not-found", "the log has fewer entries");
  }

  /** Takes what was written since into the tree. */
  #catchUp(): Promise<void> {
    return this.#inTurn(async () => {
      for (let page = LOG_PAGE; page === LOG_PAGE;) {
        const entries = await this.#parts.rows.from(this.#tree.size, LOG_PAGE);
        for (const entry of entries) this.#tree.append(entryLeaf(entry, this.#parts.sha256));
        page = entries.length;
      }
    });
  }

  /** One after the other, so that no entry is taken or written twice. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}
