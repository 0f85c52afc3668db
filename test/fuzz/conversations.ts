import type { TrialCentre } from "@tutti/coordinator/trial/trial-centre";
import { TrialNetwork } from "@tutti/coordinator/trial/trial-network";
import { type Envelope, fromBase64, fromUtf8, signEnvelope } from "@tutti/envelope";
import { scheme } from "@tutti/platform";
import { type Accepted, type EndpointName, ENDPOINTS, FORMATION, RELEASE, type Session, SessionStop } from "@tutti/protocol";
import { layout } from "@tutti/query";
import { Draw } from "./draw.ts";
import { mutatedBytes, mutatedJson } from "./mutation.ts";
import type { Input, Target } from "./target.ts";

// Whole sessions with one message wrong in the middle: an answer, a formation, a bundle, a delivery, a release, changed and, where its sender could do
// so, signed again. Coordinator and centres go on to an end that has a name, and nobody makes a mistake of their own.

type Place = "acceptance" | "formation" | "bundle" | "delivery" | "release";
const PLACES: readonly Place[] = ["acceptance", "formation", "bundle", "bundle", "bundle", "delivery", "delivery", "delivery", "release"];
const UNLIMITED = { perMinute: 1e9, burst: 1e9 };
const LIMITS = { address: UNLIMITED, centre: UNLIMITED, asking: UNLIMITED, reading: UNLIMITED };

/** Who says what wrong, and when. */
interface Wrong {
  readonly place: Place;
  readonly centre: number;
  readonly exchange: number;
  readonly seed: string;
}

/** One centre's way through one session. */
class Course {
  readonly #centre: TrialCentre;
  readonly #number: number;
  readonly #wrong: Wrong;
  readonly #draw: Draw;
  /** What the session came to, or null while it is not over. */
  end: string | null = null;

  constructor(centre: TrialCentre, number: number, wrong: Wrong) {
    this.#centre = centre;
    this.#number = number;
    this.#wrong = wrong;
    this.#draw = new Draw(wrong.seed, number);
  }

  async run(offer: Envelope, nowMs: number): Promise<void> {
    const { envelope, accepted, offerHash } = this.#centre.party.consider(offer, nowMs);
    const answer = this.#isWrong("acceptance") ? this.#resigned(envelope) : envelope;
    const reply = await this.#post("answer", { offer: offerHash.slice("sha256:".length) }, { answer });
    if (reply === null || accepted === null) return;
    const { formation } = JSON.parse(fromUtf8(reply)) as { formation: Envelope | null };
    if (formation !== null) await this.#takePart(accepted, formation, nowMs);
  }

  async #takePart(accepted: Accepted, formation: Envelope, nowMs: number): Promise<void> {
    const session = this.#join(accepted, formation, nowMs);
    if (session === null) return;
    let step = session.start();
    for (;;) {
      switch (step.kind) {
        case "record":
          step = session.recorded();
          break;
        case "exchange": {
          const bundle = this.#isWrong("bundle", step.exchange) ? mutatedBytes(this.#draw, step.bundle) : step.bundle;
          const delivery = await this.#post("exchange", { session: session.name, exchange: String(step.exchange) }, bundle);
          if (delivery === null) return;
          step = session.heard(this.#isWrong("delivery", step.exchange) ? mutatedBytes(this.#draw, delivery) : delivery);
          break;
        }
        case "release": {
          const release = this.#isWrong("release") ? this.#resigned(step.envelope, RELEASE.label) : step.envelope;
          const signed = await this.#post("release", { session: session.name }, { release });
          this.end ??= signed === null ? null : "released";
          return;
        }
        case "stopped":
          if (step.stop.cause === "defect") throw new Error(`a centre made a mistake: ${step.stop.stack}`);
          await this.#post("stop", { session: session.name }, { stop: step.envelope });
          this.end = `stopped ${step.stop.cause}`;
          return;
      }
    }
  }

  #join(accepted: Accepted, formation: Envelope, nowMs: number): Session | null {
    const { narrow, wide } = layout(accepted.plan);
    const contribution = { counts: new Uint32Array(narrow).fill(5), sums: new BigUint64Array(wide) };
    const told = this.#isWrong("formation") ? this.#resigned(formation, FORMATION.label) : formation;
    try {
      return this.#centre.party.join(accepted, told, { contribution, differences: new Uint32Array(0) }, nowMs);
    } catch (fault) {
      if (!(fault instanceof SessionStop) || fault.cause === "defect") throw fault;
      this.end = `stopped ${fault.cause}`;
      return null;
    }
  }

  /** Sends a signed message; null when the answer is a problem, or none yet. A defect of the coordinator is thrown. */
  async #post(endpoint: EndpointName, segments: Readonly<Record<string, string>>, body: Uint8Array | object): Promise<Uint8Array | null> {
    const response = await this.#centre.send(ENDPOINTS[endpoint], segments, body);
    if (response.status >= 500 && response.status !== 503) throw new Error(`status ${response.status}: ${await response.text()}`);
    if (response.status === 200) return new Uint8Array(await response.arrayBuffer());
    const problem = response.status === 202 ? "waits" : ((await response.json()) as { type: string }).type.replace(/^.*\//, "");
    this.end ??= problem;
    return null;
  }

  #isWrong(place: Place, exchange: number | null = null): boolean {
    const { centre, ...wrong } = this.#wrong;
    return wrong.place === place && centre === this.#number && (exchange === null || exchange === wrong.exchange);
  }

  /** An envelope whose payload is changed, signed again by this centre; or an envelope that is changed itself. */
  #resigned(envelope: Envelope, label?: Parameters<typeof signEnvelope>[0]): Envelope {
    if (label === undefined || this.#draw.once(3)) return mutatedJson(this.#draw, envelope) as unknown as Envelope;
    const changed = mutatedJson(this.#draw, JSON.parse(fromUtf8(fromBase64(envelope.payload))));
    try {
      return signEnvelope(label, changed, [this.#centre.identity], scheme);
    } catch {
      return envelope; // What canonical JSON can't write can't be signed.
    }
  }
}

function make(draw: Draw): Input {
  return { place: draw.of(PLACES), centre: draw.below(4), exchange: draw.below(4), seed: String(draw.bits()) } satisfies Wrong;
}

async function run(input: Input): Promise<string> {
  const wrong = input as Wrong;
  const network = new TrialNetwork({ limits: LIMITS });
  const id = await network.ask();
  const nowMs = network.clock.nowMs();
  const offered = await Promise.all(network.centres.map((centre) => centre.offers()));
  const courses = network.centres.map((centre, i) => new Course(centre, i, wrong));
  const waiting = { over: false };
  const all = Promise.all(courses.map((course, i) => course.run(offered[i]![0]!, nowMs))).finally(() => (waiting.over = true));
  all.catch(() => {});
  // Time passes while somebody waits: every wait has its deadline.
  for (let turns = 0; !waiting.over; turns++) {
    if (turns > 400) throw new Error("a session that does not end");
    await new Promise((resolve) => setImmediate(resolve));
    if (turns % 20 === 19) await network.clock.advance(1_000);
  }
  await all;
  await network.clock.advance(120_000);
  const { state } = await network.state(id);
  network.close();
  if (network.logged.join("").includes("mistake")) throw new Error(network.logged.join("\n"));
  if (state === "open") throw new Error("a query that stays open");
  return `${wrong.place}: ${state}`;
}

/** Sessions with one wrong message. */
export const CONVERSATIONS: readonly Target[] = [{ name: "a session, one message wrong", share: 0.4, make, run }];
