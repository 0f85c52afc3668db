// For the tests: a network in one process, whose coordinator is a few maps.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addSignature, contentHash, createIdentity, type Envelope, type Identity, publicIdentity } from "@tutti/envelope";
import { type Dataset, datasetName, datasetSchema } from "@tutti/dataset";
import { bitmapOf, DEFAULT_POLICY, type Policy } from "@tutti/disclosure";
import { append, type Deed, GENESIS, type Head, headOf, type PinnedVersion } from "@tutti/ledger";
import {
  ACCEPTANCE,
  type Bundle,
  CONSENT,
  decodeBundle,
  encodeDelivery,
  FORMATION,
  History,
  type HistoryItem,
  OFFER,
  type Offer,
  openHistoryItem,
  openMessage,
  firstRoster,
  type PinnedRoster,
  REFUSAL,
  ROSTER,
  RosterChain,
  standingRulesSchema,
  signMessage,
  STOP,
  type Stop,
} from "@tutti/protocol";
import type { Query } from "@tutti/query";
import { includes, interpret, type Patient } from "@tutti/sql";
import { Agent } from "./agent.ts";
import type { AgentParts } from "./agent-parts.ts";
import { ConsentDesk } from "./consent/consent-desk.ts";
import { ConsentFolder } from "./consent/consent-folder.ts";
import { AnsweredLately } from "./consent/answered-lately.ts";
import { Decisions } from "./consent/decisions.ts";
import type { AgentLog } from "./agent-log.ts";
import type { CoordinatorLink } from "./coordinator-link.ts";
import { GuardStore } from "./guard/guard-store.ts";
import { HistoryFile } from "./guard/history-file.ts";
import { keyedHash } from "./guard/keyed-hash.ts";
import { type Asked, Past } from "./guard/past.ts";
import type { Ledger } from "./ledger-file.ts";
import { LinkFault } from "./link-fault.ts";
import { aead, random, scheme, sha256 } from "@tutti/platform";

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

const ANSWERS: ReadonlySet<Deed["kind"]> = new Set(["answered", "refused", "released", "abandoned"]);

/** A ledger that forgets everything with the test. */
export class MemoryLedger implements Ledger {
  readonly deeds: Deed[] = [];
  readonly kept: Map<string, string> = new Map();
  readonly lately: AnsweredLately = new AnsweredLately();
  readonly decisions: Decisions = new Decisions();
  pinned: PinnedVersion | null = null;
  writable = true;
  head: Head = GENESIS;
  /** Heads that it does not run through, as if it had been restored from an older copy. */
  lost: Head | null = null;
  runsThrough(head: Head): boolean {
    return head.hash !== this.lost?.hash;
  }
  answered(offerHash: string): boolean {
    return this.deeds.some(({ kind, body }) => ANSWERS.has(kind) && "offer" in body && body.offer === offerHash);
  }
  async append(deed: Deed): Promise<void> {
    if (!this.writable) throw new Error("the disk is full");
    const entry = append(this.head, deed, new Date().toISOString());
    this.deeds.push(deed);
    this.head = headOf(entry);
    this.lately.remember(entry);
    this.decisions.remember(entry);
    if (deed.kind === "pinned") this.pinned = deed.body;
    if (deed.kind === "answered" && deed.body.sets !== undefined) this.kept.set(deed.body.offer, deed.body.sets);
  }
}

interface Forming {
  readonly acceptances: Map<string, Envelope>;
  readonly formed: PromiseWithResolvers<Envelope>;
}

/** The coordinator. It forms what all invited have accepted, and keeps what past sessions told. */
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

/** An agent of the trial network that runs until it is ended. */
export interface TrialAgent {
  readonly ledger: MemoryLedger;
  readonly past: Past;
  readonly file: HistoryFile;
  /** The folder of its history and its guard. */
  readonly folder: string;
  end(): Promise<void>;
}

/** What an agent of the trial network starts with; a new folder and an empty ledger unless given. */
export interface TrialSetting {
  readonly policy?: Policy;
  readonly patients?: readonly Patient[];
  readonly folder?: string;
  readonly ledger?: MemoryLedger;
  /** Standing rules, as a file has them; it answers everything unless given. */
  readonly rules?: object;
}

/** Starts one centre's agent; `changes` puts faults in its way. */
export async function startAgent(
  network: TrialNetwork,
  centre: string,
  changes: (parts: AgentParts) => Partial<AgentParts> = () => ({}),
  {
    policy = DEFAULT_POLICY,
    patients = PATIENTS,
    folder = mkdtempSync(join(tmpdir(), "trial-")),
    ledger = new MemoryLedger(),
    rules = { otherwise: "answer" },
  }: TrialSetting = {},
): Promise<TrialAgent> {
  const asked = new AbortController();
  const identity = network.identities[CENTRES.indexOf(centre)]!;
  const setting = { identity, roster: network.roster, policy, datasets: [DATASET], scheme, sha256, aead, random };
  const link = network.linkOf(centre, asked.signal);
  const file = await HistoryFile.open(folder, [DATASET], keyedHash(new Uint8Array(32)));
  const store = await GuardStore.open(folder, { size: patients.length, prefix: (size) => `the first ${size}` });
  const past = new Past({
    identity,
    check: { ...setting, rosters: network.rosters },
    file,
    store,
    ledger,
    link,
    nowMs: Date.now,
    log: SILENT,
  });
  const source = sourceOf(patients);
  const consent = new ConsentDesk({
    rules: standingRulesSchema.parse(rules),
    folder: new ConsentFolder(folder),
    ledger,
    nowMs: Date.now,
    log: SILENT,
  });
  const parts: AgentParts = {
    consent,
    setting,
    sources: new Map([[datasetName(DATASET), source]]),
    past,
    watch: { expect: () => {}, trouble: null },
    link,
    ledger,
    nowMs: Date.now,
    log: SILENT,
    signal: asked.signal,
    sleep: () => new Promise((resolve) => setTimeout(resolve, 1)),
  };
  const ended = new Agent({ ...parts, ...changes(parts) }).run().finally(() => file.close());
  return {
    ledger,
    past,
    file,
    folder,
    end: () => {
      asked.abort();
      return ended;
    },
  };
}

type TrialSource = AgentParts["sources"] extends ReadonlyMap<string, infer S> ? S : never;

/** Patients in memory; a patient's number is its place. */
export function sourceOf(patients: readonly Patient[]): TrialSource {
  const members: Asked["members"] = async (sets) =>
    new Map(
      [...sets].map(([name, set]) => {
        if ("bit" in set) throw new TypeError("the trial asks for no quantiles");
        return [name, bitmapOf(patients.flatMap((patient, i) => (includes(set, patient, DATASET) ? [i] : [])))];
      }),
    );
  return { contribute: async (plan) => interpret(plan, DATASET, patients), members, summary: { rows: patients.length } };
}

/** Waits until something is so; fails after two seconds. */
export async function until(holds: () => boolean): Promise<void> {
  for (let waitedMs = 0; !holds(); waitedMs += 2) {
    if (waitedMs > 2_000) throw new Error("what the test waits for does not come");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** A log that nobody reads. */
export const SILENT: AgentLog = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function contentHashOf(payload: string): string {
  return contentHash(JSON.parse(Buffer.from(payload, "base64").toString("utf8")));
}
