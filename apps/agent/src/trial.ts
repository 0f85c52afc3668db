// For the tests: a network in one process, whose coordinator is a few maps.
import { contentHash, createIdentity, type Envelope, type Identity, publicIdentity } from "@tutti/envelope";
import { type Dataset, datasetName, datasetSchema } from "@tutti/dataset";
import { DEFAULT_POLICY, type Policy } from "@tutti/disclosure";
import type { Deed } from "@tutti/ledger";
import {
  ACCEPTANCE,
  type Bundle,
  decodeBundle,
  encodeDelivery,
  FORMATION,
  OFFER,
  type Offer,
  openMessage,
  openRoster,
  type PinnedRoster,
  REFUSAL,
  ROSTER,
  signMessage,
  STOP,
  type Stop,
  History,
} from "@tutti/protocol";
import { GENESIS } from "@tutti/ledger";
import type { Query } from "@tutti/query";
import { interpret, type Patient } from "@tutti/sql";
import { Agent, type AgentParts } from "./agent.ts";
import type { AgentLog } from "./agent-log.ts";
import type { CoordinatorLink } from "./coordinator-link.ts";
import type { Ledger } from "./ledger-file.ts";
import { LinkFault } from "./link-fault.ts";
import { random, scheme, sha256 } from "./platform-crypto.ts";

export const DATASET: Dataset = datasetSchema.parse({
  id: "trial",
  version: 1,
  title: { en: "Trial", fr: "Essai" },
  key: "id",
  variables: {
    sex: {
      type: "category",
      label: { en: "Sex", fr: "Sexe" },
      codes: { F: { en: "Girls", fr: "Filles" }, M: { en: "Boys", fr: "Garçons" } },
    },
  },
});
export const COUNT: Query = { dataset: datasetName(DATASET), purpose: "trial", measures: [{ id: "n", count: true }] };
export const CENTRES: readonly string[] = ["Ancona", "Bergen", "Caen"];
/** Nine patients in all: enough to be opened. */
const PATIENTS: readonly Patient[] = [{ sex: "F" }, { sex: "M" }, { sex: "F" }];

/** A ledger that forgets everything with the test. */
export class MemoryLedger implements Ledger {
  readonly deeds: Deed[] = [];
  writable = true;
  answered(offerHash: string): boolean {
    return this.deeds.some(({ body }) => body.offer === offerHash);
  }
  async append(deed: Deed): Promise<void> {
    if (!this.writable) throw new Error("the disk is full");
    this.deeds.push(deed);
  }
}

/** The coordinator of one session at a time. It forms what all invited have accepted. */
export class TrialNetwork {
  readonly coordinator: Identity = createIdentity("coordinator", random);
  readonly identities: readonly Identity[] = CENTRES.map((name) => createIdentity(name, random));
  readonly roster: PinnedRoster;
  readonly rosterFile: Envelope;
  /** What the agents handed in, as it came. */
  readonly refusals: string[] = [];
  readonly stops: Stop[] = [];
  readonly releases: Envelope[] = [];
  readonly exchanges: number[] = [];
  lastOffer: Envelope | null = null;
  readonly #offers = new Map<string, { envelope: Envelope; waiting: Set<string> }>();
  readonly #acceptances = new Map<string, Envelope>();
  #formed = Promise.withResolvers<Envelope>();
  readonly #posted = new Map<number, { bundles: (Bundle | null)[]; all: PromiseWithResolvers<void> }>();
  #news = Promise.withResolvers<void>();

  constructor() {
    const roster = { network: "trial", coordinator: publicIdentity(this.coordinator), centres: this.identities.map(publicIdentity) };
    this.rosterFile = signMessage(ROSTER, roster, this.coordinator, scheme);
    this.roster = openRoster(this.rosterFile, scheme);
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
      history: new History().hash(datasetName(DATASET)),
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
        this.#formed.reject(new LinkFault("ended", "too few centres", "tooFewCentres"));
        this.#formed.promise.catch(() => {});
      },
      accept: (offerHash, acceptance) => {
        openMessage(ACCEPTANCE, acceptance, this.roster.centreKeys, scheme);
        taken(acceptance, offerHash);
        this.#acceptances.set(centre, acceptance);
        if (this.#acceptances.size === CENTRES.length) this.#formed.resolve(this.form(offerHash));
        return orAborted(this.#formed.promise);
      },
      exchange: async (_, exchange, bytes) => {
        if (centre === CENTRES[0]) this.exchanges.push(exchange);
        let entry = this.#posted.get(exchange);
        if (entry === undefined) this.#posted.set(exchange, (entry = { bundles: CENTRES.map(() => null), all: Promise.withResolvers() }));
        entry.bundles[CENTRES.indexOf(centre)] = decodeBundle(bytes, CENTRES.length);
        if (entry.bundles.every((bundle) => bundle !== null)) entry.all.resolve();
        await orAborted(entry.all.promise);
        return encodeDelivery(entry.bundles, CENTRES.indexOf(centre));
      },
      release: async (_, release) => void this.releases.push(release),
      stop: async (_, stop) => void this.stops.push(openMessage(STOP, stop, this.roster.centreKeys, scheme).value),
    };
  }

  /** The formation of what was accepted; a test may put another in its place. */
  form(offerHash: string): Envelope {
    const acceptances = CENTRES.map((name) => this.#acceptances.get(name)!);
    return signMessage(FORMATION, { offer: offerHash, acceptances }, this.coordinator, scheme);
  }
}

/** An agent of the trial network that runs until it is ended. */
export interface TrialAgent {
  readonly ledger: MemoryLedger;
  end(): Promise<void>;
}

/** Starts one centre's agent; `changes` puts faults in its way. */
export function startAgent(
  network: TrialNetwork,
  centre: string,
  changes: (parts: AgentParts) => Partial<AgentParts> = () => ({}),
  policy: Policy = DEFAULT_POLICY,
): TrialAgent {
  const asked = new AbortController();
  const ledger = new MemoryLedger();
  const parts: AgentParts = {
    setting: {
      identity: network.identities[CENTRES.indexOf(centre)]!,
      roster: network.roster,
      policy,
      datasets: [DATASET],
      scheme,
      sha256,
      random,
      history: new History(),
      ledgerHead: () => GENESIS,
    },
    sources: new Map([[datasetName(DATASET), { contribute: async (plan) => interpret(plan, DATASET, PATIENTS) }]]),
    link: network.linkOf(centre, asked.signal),
    ledger,
    nowMs: Date.now,
    log: SILENT,
    signal: asked.signal,
    sleep: () => new Promise((resolve) => setTimeout(resolve, 1)),
  };
  const ended = new Agent({ ...parts, ...changes(parts) }).run();
  return {
    ledger,
    end: () => {
      asked.abort();
      return ended;
    },
  };
}

/** Waits until something is so; fails after two seconds. */
export async function until(holds: () => boolean): Promise<void> {
  for (let waitedMs = 0; !holds(); waitedMs += 2) {
    if (waitedMs > 2_000) throw new Error("what the test waits for does not come");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const SILENT: AgentLog = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function contentHashOf(payload: string): string {
  return contentHash(JSON.parse(Buffer.from(payload, "base64").toString("utf8")));
}
