import { type Envelope, EnvelopeFault, openEnvelope } from "@tutti/envelope";
import { type Acceptance, type Accepted, type HistoryItem, pastSession, RECORD, RELEASE, signMessage } from "@tutti/protocol";
import type { Added } from "./history-file.ts";
import type { PastParts } from "./past.ts";

/** What one session leaves in this centre's history. */
export class Trail {
  /** The signed messages that it came from. */
  readonly evidence: Pick<HistoryItem, "offer" | "formation">;
  /** The content hash of the sets that were kept. */
  readonly sets: string;
  readonly #parts: PastParts;
  readonly #accepted: Accepted;
  readonly #session: string;
  readonly #settle: (added: Added | null) => void;
  #recorded: Added | null = null;
  #released: Added | null = null;

  /** @param settle is told once what the session came to: what is to be added to the history, or null */
  constructor(
    parts: PastParts,
    accepted: Accepted,
    evidence: Trail["evidence"],
    session: string,
    sets: string,
    settle: (added: Added | null) => void,
  ) {
    this.evidence = evidence;
    this.sets = sets;
    this.#parts = parts;
    this.#accepted = accepted;
    this.#session = session;
    this.#settle = settle;
  }

  /** Keeps, durably, which cells are about to open. Should nothing more be heard of the session, they count as told. */
  async record(cells: readonly number[]): Promise<void> {
    const { identity, check } = this.#parts;
    const record = signMessage(RECORD, { session: this.#session, centre: identity.name, cells }, identity, check.scheme);
    this.#recorded = await this.#write({ cells }, { ...this.evidence, release: null, record });
  }

  /**
   * The session has come to a release that all have signed.
   * @throws EnvelopeFault when it is not signed by the coordinator and enough of the participants
   */
  async released(envelope: Envelope): Promise<void> {
    const { rosters, scheme } = this.#parts.check;
    // It was accepted under this one.
    const roster = rosters.get(this.#accepted.offer.roster)!;
    const keys = new Map([...roster.coordinatorKey, ...roster.centreKeys]);
    const { value, signedBy } = openEnvelope(envelope, RELEASE.label, keys, scheme);
    const release = RELEASE.schema.safeParse(value);
    const participants = this.#acceptances().filter(({ centre }) => signedBy.includes(centre));
    if (!release.success || !signedBy.includes(roster.coordinator.name) || participants.length < release.data.policy.minimumCentres)
      throw new EnvelopeFault("payload", "too few have signed the release");
    this.#released = await this.#write({ release: release.data }, { ...this.evidence, release: envelope, record: null });
  }

  /** The session is over: without a release, what was recorded counts. */
  ended(): void {
    this.#settle(this.#released ?? this.#recorded);
  }

  #write(told: Parameters<typeof pastSession>[4], item: HistoryItem): Promise<Added> {
    const { offer, plan } = this.#accepted;
    return this.#parts.file.write(pastSession(this.#session, offer, this.#acceptances(), plan, told), offer, item);
  }

  /** Their signatures were checked when the session began. */
  #acceptances(): readonly Acceptance[] {
    const { acceptances } = contentOf(this.evidence.formation) as { readonly acceptances: readonly Envelope[] };
    return acceptances.map((envelope) => contentOf(envelope) as Acceptance);
  }
}

/** What a signed message says, whoever signed it. */
export function contentOf({ payload }: Envelope): unknown {
  return JSON.parse(Buffer.from(payload, "base64").toString("utf8"));
}
