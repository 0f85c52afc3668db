import { addSignature, contentHash, createIdentity, type Envelope, type Identity, publicIdentity } from "@tutti/envelope";
import { datasetName } from "@tutti/dataset";
import { DEFAULT_POLICY } from "@tutti/disclosure";
import { random, scheme, sha256 } from "@tutti/platform";
import {
  ACCEPTANCE,
  type Bundle,
  CONSENT,
  decodeBundle,
  encodeDelivery,
  firstRoster,
  FORMATION,
  History,
  type HistoryItem,
  OFFER,
  type Offer,
  openHistoryItem,
  openMessage,
  type PinnedRoster,
  REFUSAL,
  ROSTER,
  RosterChain,
  signMessage,
  STOP,
  type Stop,
} from "@tutti/protocol";
import type { CoordinatorLink } from "../coordinator-link.ts";
import { LinkFault } from "../link-fault.ts";
import { COUNT, DATASET } from "./trial-dataset.ts";

export const CENTRES: readonly string[] = ["Ancona", "Bergen", "Caen"];

interface Forming {
  readonly acceptances: Map<string, Envelope>;
  readonly formed: PromiseWithResolvers<Envelope>;
}

/** A network in one process, whose coordinator is a few maps: it forms what all invited have accepted, and keeps what past sessions told. */
export class TrialNetwork {
  readonly coordinator: Identity = createIdentity("coordinator", random);
  readonly identities: readonly Identity[] = CENTRES.map((name) => createIdentity(name, random));
  readonly rosters: RosterChain;
  readonly roster: PinnedRoster;
  readonly rosterFile: Envelope;
  /** What the agents handed in, as it came. */
  readonly refusals: string[] = [];
  readonly consents: string[] = [];
  readonly stops: Stop[] = [];
  readonly releases: Envelope[] = [];
  readonly exchanges: number[] = [];
  lastOffer: Envelope | null = null;
  /** What it tells of past sessions; a test may take some out. */
  readonly items: HistoryItem[] = [];
  readonly #offers = new Map<string, { envelope: Envelope; waiting: Set<string> }>();
  readonly #forming = new Map<string, Forming>();
  readonly #posted = new Map<string, { bundles: (Bundle | null)[]; all: PromiseWithResolvers<void> }>();
  readonly #signed = new Map<string, { envelopes: Envelope[]; all: PromiseWithResolvers<Envelope> }>();
  #news = Promise.withResolvers<void>();
  #formation: Envelope | null = null;

  constructor() {
    const parties = { network: "trial", coordinator: publicIdentity(this.coordinator), centres: this.identities.map(publicIdentity) };
    const roster = firstRoster(parties);
    this.rosterFile = signMessage(ROSTER, roster, this.coordinator, scheme);
    this.rosters = RosterChain.open(this.rosterFile, scheme);
    this.roster = this.rosters.newest;
  }

  /** Makes an offer to all centres; gives its hash. */
  offer(changes: Partial<Offer> = {}): string {
    const nowMs = Date.now();
    const offer: Offer = {
      network: "trial",
      id: Buffer.from(random(16)).toString("hex"),
      query: COUNT,
      dataset: contentHash(DATASET),
      roster: this.roster.hash,
      history: this.history().hash(datasetName(DATASET)),
      requester: "researcher",
      policy: DEFAULT_POLICY,
      invited: CENTRES,
      issuedAtMs: nowMs,
      expiresAtMs: nowMs + 5_000,
      answerMs: 1_000,
      exchangeMs: 1_000,
      ...changes,
    };
    this.hand(signMessage(OFFER, offer, this.coordinator, scheme));
    return contentHash(offer);
  }

  /** Hands an envelope to all centres as an offer. */
  hand(envelope: Envelope): void {
    this.lastOffer = envelope;
    this.#offers.set(envelope.payload, { envelope, waiting: new Set(CENTRES) });
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }

  /** What all must agree on, as the items have it. */
  history(): History {
    const history = new History();
    for (const item of this.items) history.add(this.open(item));
    return history;
  }

  open(item: HistoryItem): ReturnType<typeof openHistoryItem> {
    return openHistoryItem(item, { rosters: this.rosters, datasets: [DATASET], scheme, sha256 });
  }

  /** One centre's end of the link. */
  linkOf(centre: string, signal: AbortSignal): CoordinatorLink {
    const aborted = new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true }));
    aborted.catch(() => {});
    const orAborted = <T>(work: Promise<T>) => Promise.race([work, aborted]);
    const taken = (answer: Envelope, offerHash: string) => {
      for (const [payload, { waiting }] of this.#offers)
        if (contentHashOf(payload) === offerHash) waiting.delete(answer.signatures[0]!.keyid);
    };
    return {
      roster: async () => this.rosterFile,
      rosters: async (after) => this.rosters.after(after).map(({ envelope }) => envelope),
      offers: async (sent) => {
        sent?.();
        for (;;) {
          const open = [...this.#offers.values()].filter(({ waiting }) => waiting.has(centre)).map(({ envelope }) => envelope);
          if (open.length > 0) return open;
          await orAborted(this.#news.promise);
        }
      },
      refuse: async (offerHash, refusal) => {
        taken(refusal, offerHash);
        for (const { waiting } of this.#offers.values()) waiting.delete(centre);
        this.refusals.push(`${centre} ${openMessage(REFUSAL, refusal, this.roster.centreKeys, scheme).value.reason}`);
        const { formed } = this.#formingOf(offerHash);
        formed.reject(new LinkFault("ended", "too few centres", "tooFewCentres"));
        formed.promise.catch(() => {});
      },
      consent: async (offerHash, consent) => {
        const { value } = openMessage(CONSENT, consent, this.roster.centreKeys, scheme);
        taken(consent, offerHash);
        this.consents.push(`${centre} ${value.consent}`);
        const { formed } = this.#formingOf(offerHash);
        formed.reject(new LinkFault("ended", "people are asked first", "held"));
        formed.promise.catch(() => {});
      },
      accept: (offerHash, acceptance) => {
        openMessage(ACCEPTANCE, acceptance, this.roster.centreKeys, scheme);
        taken(acceptance, offerHash);
        const { acceptances, formed } = this.#formingOf(offerHash);
        acceptances.set(centre, acceptance);
        if (acceptances.size === CENTRES.length) formed.resolve(this.form(offerHash));
        return orAborted(formed.promise);
      },
      exchange: async (session, exchange, bytes) => {
        if (centre === CENTRES[0]) this.exchanges.push(exchange);
        const key = `${session} ${exchange}`;
        let entry = this.#posted.get(key);
        if (entry === undefined) this.#posted.set(key, (entry = { bundles: CENTRES.map(() => null), all: Promise.withResolvers() }));
        entry.bundles[CENTRES.indexOf(centre)] = decodeBundle(bytes, CENTRES.length);
        if (entry.bundles.every((bundle) => bundle !== null)) entry.all.resolve();
        await orAborted(entry.all.promise);
        return encodeDelivery(entry.bundles, CENTRES.indexOf(centre));
      },
      release: (session, release) => {
        this.releases.push(release);
        let entry = this.#signed.get(session);
        if (entry === undefined) this.#signed.set(session, (entry = { envelopes: [], all: Promise.withResolvers() }));
        entry.envelopes.push(release);
        if (entry.envelopes.length === CENTRES.length) entry.all.resolve(this.cosign(entry.envelopes));
        return orAborted(entry.all.promise);
      },
      history: async (dataset, marks, records) => {
        for (const item of records) this.items.push(item);
        const beyond = new Set(
          this.history()
            .beyond(dataset, new Set(marks))
            .map(({ mark }) => mark),
        );
        return this.items.filter((item) => beyond.has(this.open(item).mark));
      },
      stop: async (_, stop) => void this.stops.push(openMessage(STOP, stop, this.roster.centreKeys, scheme).value),
    };
  }

  /** The formation of what was accepted; a test may put another in its place. */
  form(offerHash: string, named: string = offerHash): Envelope {
    const { acceptances } = this.#formingOf(offerHash);
    const inOrder = CENTRES.map((name) => acceptances.get(name)!);
    const formation = signMessage(FORMATION, { offer: named, acceptances: inOrder }, this.coordinator, scheme);
    this.#formation = formation;
    return formation;
  }

  /** The release with everybody's signature, which is kept as an item. */
  cosign(envelopes: readonly Envelope[]): Envelope {
    const signatures = envelopes.flatMap((envelope) => envelope.signatures);
    const release = addSignature({ ...envelopes[0]!, signatures }, this.coordinator, scheme);
    this.items.push({ offer: this.lastOffer!, formation: this.#formation!, release, record: null });
    return release;
  }

  #formingOf(offerHash: string): Forming {
    let forming = this.#forming.get(offerHash);
    if (forming === undefined) this.#forming.set(offerHash, (forming = { acceptances: new Map(), formed: Promise.withResolvers() }));
    return forming;
  }
}

function contentHashOf(payload: string): string {
  return contentHash(JSON.parse(Buffer.from(payload, "base64").toString("utf8")));
}
