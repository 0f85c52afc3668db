import type { ServerResponse } from "node:http";
import type { Release } from "@tutti/disclosure";
import { addSignature, contentHash, type Envelope, type Identity } from "@tutti/envelope";
import { scheme } from "@tutti/platform";
import {
  ACCEPTANCE,
  type Bundle,
  decodeBundle,
  encodeDelivery,
  FORMATION,
  type HistoryItem,
  OFFER,
  type Offer,
  openMessage,
  type PinnedRoster,
  problem,
  REFUSAL,
  type RefusalReason,
  RELEASE,
  signMessage,
  STOP,
  type Stop,
} from "@tutti/protocol";
import type { LiveMischief } from "./hostile-coordinator.ts";

/** How a query went at the real agents; each word was signed by its centre. */
export interface Told {
  readonly releases: ReadonlyMap<string, Release>;
  readonly stops: ReadonlyMap<string, Stop>;
  readonly refusals: ReadonlyMap<string, RefusalReason>;
  /** Exchanges in which anybody posted a bundle. */
  readonly exchanges: number;
}

interface Setting {
  readonly offer: Offer;
  readonly mischief: LiveMischief;
  readonly identity: Identity;
  readonly roster: PinnedRoster;
}

interface Posted {
  readonly bundle: Bundle | null;
  readonly response: ServerResponse;
}

/** One query of a coordinator that does what it is told. */
export class HostileQuery {
  /** Resolves when nothing more can come of it. */
  readonly told: Promise<Told>;
  readonly #setting: Setting;
  readonly #end: (told: Told) => void;
  readonly #acceptances = new Map<string, { readonly envelope: Envelope; readonly response: ServerResponse }>();
  readonly #refusals = new Map<string, RefusalReason>();
  readonly #stops = new Map<string, Stop>();
  readonly #signed = new Map<string, { readonly envelope: Envelope; readonly response: ServerResponse }>();
  readonly #exchanges = new Map<number, Map<string, Posted>>();
  /** Who takes part, as each is told. */
  readonly #lists = new Map<string, readonly string[]>();
  readonly #running = new Set<string>();
  #released: Envelope | null = null;

  constructor(setting: Setting) {
    this.#setting = setting;
    const { promise, resolve } = Promise.withResolvers<Told>();
    this.told = promise;
    this.#end = resolve;
  }

  /** The offer as shown to a centre that has not answered it. */
  offerTo(centre: string): Envelope | null {
    const { offer, mischief, identity } = this.#setting;
    if (this.#acceptances.has(centre) || this.#refusals.has(centre)) return null;
    return signMessage(OFFER, mischief.offer?.(offer, centre) ?? offer, identity, scheme);
  }

  answered(centre: string, envelope: Envelope, response: ServerResponse): void {
    if (envelope.payloadType.includes("acceptance")) this.#acceptances.set(centre, { envelope, response });
    else {
      this.#refusals.set(centre, openMessage(REFUSAL, envelope, this.#setting.roster.centreKeys, scheme).value.reason);
      json(response, { formation: null });
    }
    if (this.#acceptances.size + this.#refusals.size === this.#setting.roster.centres.length) this.#form();
  }

  posted(centre: string, session: string, exchange: number, body: Buffer, response: ServerResponse): void {
    if (!this.#running.has(centre) || session === "") return this.#over(response);
    const now = this.#exchanges.get(exchange) ?? new Map<string, Posted>();
    this.#exchanges.set(exchange, now);
    let bundle: Bundle | null = null;
    try {
      bundle = decodeBundle(new Uint8Array(body), this.#lists.get(centre)!.length);
    } catch {
      // Passed on as if it had said nothing.
    }
    now.set(centre, { bundle, response });
    this.#goOn();
  }

  /** A centre goes away without a word. */
  left(centre: string): void {
    this.#running.delete(centre);
    this.#goOn();
  }

  stopped(centre: string, envelope: Envelope, response: ServerResponse): void {
    this.#stops.set(centre, openMessage(STOP, envelope, this.#setting.roster.centreKeys, scheme).value);
    this.#running.delete(centre);
    json(response, {});
    this.#goOn();
  }

  released(centre: string, envelope: Envelope, response: ServerResponse): void {
    openMessage(RELEASE, envelope, this.#setting.roster.centreKeys, scheme);
    this.#signed.set(centre, { envelope, response });
    this.#running.delete(centre);
    this.#goOn();
  }

  /** The session with its evidence, for the past; null when it came to no release. */
  item(offer: Envelope): HistoryItem | null {
    return this.#released === null ? null : { offer, formation: this.#formationFor(""), release: this.#released, record: null };
  }

  #shown(centre: string): readonly Envelope[] {
    const order = this.#setting.roster.centres.flatMap(({ name }) => this.#acceptances.get(name)?.envelope ?? []);
    return this.#setting.mischief.acceptances?.(order, centre) ?? order;
  }

  #formationFor(centre: string): Envelope {
    const value = { offer: contentHash(this.#setting.offer), acceptances: this.#shown(centre) };
    return signMessage(FORMATION, value, this.#setting.identity, scheme);
  }

  #form(): void {
    for (const [centre, { response }] of this.#acceptances) {
      const list = this.#shown(centre).flatMap((envelope) => this.#by(envelope));
      // Who is left out hears that the offer has ended.
      if (!list.includes(centre)) this.#over(response);
      else {
        this.#lists.set(centre, list);
        this.#running.add(centre);
      }
    }
    for (const centre of this.#running) json(this.#acceptances.get(centre)!.response, { formation: this.#formationFor(centre) });
    this.#goOn();
  }

  #by(envelope: Envelope): readonly string[] {
    try {
      return [openMessage(ACCEPTANCE, envelope, this.#setting.roster.centreKeys, scheme).by];
    } catch {
      return [String((JSON.parse(Buffer.from(envelope.payload, "base64").toString("utf8")) as { centre: string }).centre)];
    }
  }

  /** Delivers an exchange once all that go on have posted; ends once nobody goes on. */
  #goOn(): void {
    for (const [exchange, posted] of this.#exchanges) {
      const waiting = [...posted].filter(([centre, { response }]) => this.#running.has(centre) && !response.writableEnded);
      if (waiting.length === 0 || waiting.length < this.#running.size) continue;
      for (const [centre, { response }] of waiting) this.#deliver(centre, exchange, posted, response);
    }
    if (this.#running.size > 0 || this.#acceptances.size + this.#refusals.size < this.#setting.roster.centres.length) return;
    this.#publish();
    const releases = new Map([...this.#signed].map(([centre, { envelope }]) => [centre, releaseIn(envelope)]));
    this.#end({ releases, stops: this.#stops, refusals: this.#refusals, exchanges: this.#exchanges.size });
  }

  #deliver(centre: string, exchange: number, posted: ReadonlyMap<string, Posted>, response: ServerResponse): void {
    const list = this.#lists.get(centre)!;
    const bundles = list.map((name) => {
      const bundle = posted.get(name)?.bundle ?? null;
      return bundle !== null && bundle.parts.length === list.length ? bundle : null;
    });
    const honest = encodeDelivery(bundles, list.indexOf(centre));
    const delivery = this.#setting.mischief.deliver?.(honest, centre, exchange, bundles) ?? honest;
    response.writeHead(200, { "content-type": "application/octet-stream" }).end(delivery);
  }

  #publish(): void {
    const envelopes = [...this.#signed.values()].map(({ envelope }) => envelope);
    const alike = new Set(envelopes.map(({ payload }) => payload)).size === 1;
    if (alike && envelopes.length >= this.#setting.offer.policy.minimumCentres) {
      const signatures = envelopes.flatMap((envelope) => envelope.signatures);
      this.#released = addSignature({ ...envelopes[0]!, signatures }, this.#setting.identity, scheme);
    }
    for (const { response } of this.#signed.values())
      if (this.#released === null) this.#over(response);
      else json(response, { release: this.#released });
  }

  #over(response: ServerResponse): void {
    response
      .writeHead(410, { "content-type": "application/problem+json" })
      .end(JSON.stringify(problem("ended", "this session is over: leave it", "stopped")));
  }
}

function json(response: ServerResponse, value: object): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
}

function releaseIn({ payload }: Envelope): Release {
  return JSON.parse(Buffer.from(payload, "base64").toString("utf8")) as Release;
}
