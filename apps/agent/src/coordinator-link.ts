import type { Envelope } from "@tutti/envelope";
import type { HistoryItem, Inclusion } from "@tutti/protocol";

/** What the agent says to its coordinator. Each call is repeated with the same bytes until it is answered; a LinkFault says why it was not. Once
 * `halt` aborts it is not repeated any more, and rejects. */
export interface CoordinatorLink {
  /** The newest version of the coordinator's roster, signed. */
  roster(deadlineMs: number): Promise<Envelope>;
  /** All versions of the coordinator's roster after a number, oldest first. */
  rosters(after: number, deadlineMs: number): Promise<readonly Envelope[]>;
  /** Waits, for some seconds, for offers to this centre; it asks once. `sent` is called when the request is on its way. */
  offers(sent?: () => void): Promise<readonly Envelope[]>;
  /** Hands in a refusal. */
  refuse(offerHash: string, refusal: Envelope, deadlineMs: number): Promise<void>;
  /** Says that people are asked about an offer, or have agreed. */
  consent(offerHash: string, consent: Envelope, deadlineMs: number): Promise<void>;
  /** Hands in an acceptance, and waits for the formation. */
  accept(offerHash: string, acceptance: Envelope, deadlineMs: number, halt?: AbortSignal): Promise<Envelope>;
  /** Posts a bundle, and waits for the delivery. */
  exchange(session: string, exchange: number, bundle: Uint8Array, deadlineMs: number, halt?: AbortSignal): Promise<Uint8Array>;
  /** Hands in the release as this centre signed it, and waits for the one that all have signed. */
  release(session: string, release: Envelope, deadlineMs: number): Promise<Envelope>;
  /** Says which sessions on a dataset are known here, hands in records, and gives the sessions that are not known here. */
  history(dataset: string, marks: readonly string[], records: readonly HistoryItem[], deadlineMs: number): Promise<readonly HistoryItem[]>;
  /** Hands in a signed stop; `session` is the session's name, or the offer's hash when none was formed. */
  stop(session: string, stop: Envelope, deadlineMs: number): Promise<void>;
}

/** What the agent asks of the coordinator's public log; like the calls above. */
export interface LogLink {
  /** The signed head. */
  logHead(deadlineMs: number): Promise<Envelope>;
  /** That a log of `size` entries has one about something, of the envelope with this hash. */
  logInclusion(about: string, envelope: string, size: number, deadlineMs: number): Promise<Inclusion>;
  /** That a log of `size` entries begins with one of `earlier`: hashes in hexadecimal. */
  logConsistency(earlier: number, size: number, deadlineMs: number): Promise<readonly string[]>;
}
