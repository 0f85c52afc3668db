import type { Envelope, Sha256 } from "@tutti/envelope";
import { type LogEntry, logEntry, type LogKind } from "@tutti/protocol";
import type { Clock } from "./clock.ts";

/**
 * What one query leaves in the public log: gathered while it runs, and written in the transactions that keep its formation and its ending. So the
 * log costs the way of a query no write of its own.
 */
export class QueryEntries {
  readonly #clock: Clock;
  readonly #sha256: Sha256;
  #entries: LogEntry[] = [];
  #session: string | null = null;

  constructor(clock: Clock, hash: Sha256) {
    this.#clock = clock;
    this.#sha256 = hash;
  }

  /** @param offerHash `sha256:…` */
  offered(offerHash: string, envelope: Envelope): void {
    this.#add("offer", offerHash, envelope);
  }

  /** A session is about to be formed, perhaps in place of an earlier one; gives what is to be written with it. */
  formed(session: string, envelope: Envelope): readonly LogEntry[] {
    this.#session = session;
    this.#add("formation", session, envelope);
    return this.#taken();
  }

  /** The session was formed before a restart, and stands in the log. */
  resumed(session: string): void {
    this.#session = session;
  }

  /** @param about the session's name, or `sha256:…` of the offer when none was formed */
  stopped(about: string, envelope: Envelope): void {
    this.#add("stop", about, envelope);
  }

  /** Gives what is to be written with the ending: the release of the last session, where there is one. */
  ended(release: Envelope | null): readonly LogEntry[] {
    if (release !== null && this.#session !== null) this.#add("release", this.#session, release);
    return this.#taken();
  }

  #taken(): readonly LogEntry[] {
    const taken = this.#entries;
    this.#entries = [];
    return taken;
  }

  #add(kind: LogKind, about: string, envelope: Envelope): void {
    this.#entries.push(logEntry(kind, about, envelope, this.#clock.nowMs(), this.#sha256));
  }
}
