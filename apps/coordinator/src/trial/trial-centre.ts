import { randomBytes } from "node:crypto";
import type { Policy } from "@tutti/disclosure";
import { type Envelope, type Identity, signRequest, toUtf8 } from "@tutti/envelope";
import { GENESIS } from "@tutti/ledger";
import { aead, scheme, sha256 } from "@tutti/platform";
import {
  type Accepted,
  CONSENT,
  type Decision,
  type Endpoint,
  ENDPOINTS,
  History,
  type HistoryItem,
  type LeftSession,
  openHistoryItem,
  Party,
  pathOf,
  type Problem,
  REFUSAL,
  type Session,
  signMessage,
} from "@tutti/protocol";
import { layout } from "@tutti/query";
import { DATASET, QUERY } from "./trial-dataset.ts";
import type { TrialNetwork } from "./trial-network.ts";

/** How far a centre takes part. */
export interface Course {
  /** Falls silent before this exchange. */
  readonly silentFrom?: number;
  /** The release that it hands in, made from its own. */
  readonly release?: (envelope: Envelope, centre: TrialCentre) => Envelope;
  /** Keeps its release to itself, and gives a way to hand it in later. */
  readonly later?: (handIn: () => Promise<Response>) => void;
}

/** One centre: a real party over unreal requests. */
export class TrialCentre {
  readonly identity: Identity;
  readonly party: Party;
  /** What its rules and its people say. */
  consent: Decision = "answer";
  beforeShares = false;
  readonly #network: TrialNetwork;
  readonly #history = new History();

  constructor(identity: Identity, network: TrialNetwork, policy: Policy) {
    this.identity = identity;
    this.#network = network;
    this.party = new Party({
      identity,
      roster: network.roster,
      policy,
      datasets: [DATASET],
      scheme,
      sha256,
      aead,
      random: randomBytes,
      history: this.#history,
      ledgerHead: () => GENESIS,
      answered: () => false,
      consent: () => this.consent,
      beforeShares: () => this.beforeShares,
    });
  }

  /** The headers that sign a request. */
  signed(method: string, target: string, body: Uint8Array, audience = "coordinator"): Record<string, string> {
    const nowSeconds = Math.floor(this.#network.clock.nowMs() / 1_000);
    const signing = { audience, nowSeconds, ttlSeconds: 60, nonce: randomBytes(16) };
    return { ...signRequest({ method, target, body }, this.identity, signing, scheme) };
  }

  /** Sends a signed request; once more after a crash, where that is awaited. */
  async send(
    endpoint: Pick<Endpoint, "method" | "path">,
    segments: Readonly<Record<string, string>>,
    body: Uint8Array | object,
  ): Promise<Response> {
    const target = pathOf(endpoint, segments);
    const bytes = body instanceof Uint8Array ? body : toUtf8(JSON.stringify(body));
    for (;;) {
      const { back } = this.#network;
      const response = await this.#network.send(endpoint.method, target, this.signed(endpoint.method, target, bytes), bytes);
      if (response.status !== 503 || back === null) return response;
      await back;
    }
  }

  /** Learns what past sessions have told. */
  async catchUp(): Promise<void> {
    const marks = this.#history.all().map(({ mark }) => mark);
    const response = await this.send(ENDPOINTS.history, {}, { dataset: QUERY.dataset, marks, records: [] });
    const { items } = (await response.json()) as { items: readonly HistoryItem[] };
    const check = { rosters: this.#network.rosters, datasets: [DATASET], scheme, sha256 };
    for (const item of items) this.#history.add(openHistoryItem(item, check));
  }

  /** Waits for offers. */
  async offers(): Promise<readonly Envelope[]> {
    const response = await this.send(ENDPOINTS.offers, {}, {});
    return ((await response.json()) as { offers: readonly Envelope[] }).offers;
  }

  /** Answers an offer: with yes where the party does, and gives what the coordinator says. */
  async answer(offer: Envelope): Promise<{ readonly response: Response; readonly accepted: Accepted | null }> {
    const { envelope, accepted, offerHash } = this.party.consider(offer, this.#network.clock.nowMs());
    const response = await this.send(ENDPOINTS.answer, { offer: offerHash.slice("sha256:".length) }, { answer: envelope });
    return { response, accepted };
  }

  /** Says of an offer that its people have agreed, or refuses it for them. */
  async decide(offerHash: string, decision: "given" | "denied"): Promise<Response> {
    const { name } = this.identity;
    const said = { centre: name, offer: offerHash };
    const envelope =
      decision === "given"
        ? signMessage(CONSENT, { ...said, consent: "given" }, this.identity, scheme)
        : signMessage(REFUSAL, { ...said, reason: "rule" }, this.identity, scheme);
    return this.send(ENDPOINTS.answer, { offer: offerHash.slice("sha256:".length) }, { answer: envelope });
  }

  /** Waits for an offer, says yes and joins the session. */
  async join(): Promise<Session> {
    return (await this.#accept()).join([]);
  }

  /** Waits for an offer and says yes; gives a way to join the session as it is formed at the moment. */
  async #accept(): Promise<{ readonly join: (left: readonly LeftSession[]) => Promise<Session> }> {
    const [offer] = await this.offers();
    const { envelope, accepted, offerHash } = this.party.consider(offer, this.#network.clock.nowMs());
    return {
      join: async (left) => {
        const response = await this.send(ENDPOINTS.answer, { offer: offerHash.slice("sha256:".length) }, { answer: envelope });
        if (response.status !== 200) throw new Error(await response.text());
        const { formation } = (await response.json()) as { formation: Envelope };
        const { narrow, wide } = layout(accepted!.plan);
        const contribution = { counts: new Uint32Array(narrow).fill(5), sums: new BigUint64Array(wide) };
        const numbers = { contribution, differences: new Uint32Array(0) };
        return this.party.join(accepted!, formation, numbers, this.#network.clock.nowMs(), left);
      },
    };
  }

  /** Takes part from the offer to the end; gives the last answer of the coordinator, or null when it fell silent. */
  async takePart(course: Course = {}): Promise<Response | null> {
    const { join } = await this.#accept();
    return this.#goOn(join, course);
  }

  /** Takes part in a session that it has joined, and that is not formed anew. */
  goOn(session: Session): Promise<Response | null> {
    return this.#goOn(() => Promise.resolve(session), {});
  }

  async #goOn(join: (left: readonly LeftSession[]) => Promise<Session>, course: Course): Promise<Response | null> {
    const left: LeftSession[] = [];
    let session = await join(left);
    let step = session.start();
    for (;;) {
      switch (step.kind) {
        case "record":
          step = session.recorded();
          break;
        case "exchange": {
          if (step.exchange >= (course.silentFrom ?? Infinity)) return null;
          const response = await this.send(ENDPOINTS.exchange, { session: session.name, exchange: String(step.exchange) }, step.bundle);
          if (response.status === 409 && ((await response.clone().json()) as Problem).type.endsWith("formed-anew")) {
            left.push(session.leave()!);
            session = await join(left);
            step = session.start();
            break;
          }
          if (response.status !== 200) return response;
          step = session.heard(new Uint8Array(await response.arrayBuffer()));
          break;
        }
        case "release": {
          const release = course.release?.(step.envelope, this) ?? step.envelope;
          const handIn = () => this.send(ENDPOINTS.release, { session: session.name }, { release });
          if (course.later === undefined) return handIn();
          course.later(handIn);
          return null;
        }
        case "stopped":
          return this.send(ENDPOINTS.stop, { session: session.name }, { stop: step.envelope });
      }
    }
  }
}
