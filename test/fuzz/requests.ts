import { QUERY } from "@tutti/coordinator/trial/trial-dataset";
import { TrialNetwork } from "@tutti/coordinator/trial/trial-network";
import { bearer, type Researcher } from "@tutti/coordinator/trial/trial-tokens";
import { type Envelope, fromBase64, fromUtf8, type Label, LABELS, signEnvelope, toHex, toUtf8 } from "@tutti/envelope";
import { scheme } from "@tutti/platform";
import { type EndpointName, ENDPOINTS, pathOf, problemName, problemSchema } from "@tutti/protocol";
import { Draw } from "./draw.ts";
import { mutatedBytes, mutatedJson, mutatedString, mutatedText, noise } from "./mutation.ts";
import type { Input, Target } from "./target.ts";

// Every endpoint of a coordinator, called without a socket: by nobody, by holders of tokens, and by centres whose signatures hold whatever they send.
// A network is used for some hundreds of requests, with a query that is open, and then replaced.

/** A request, as it is sent. */
interface Sent {
  readonly endpoint: EndpointName;
  readonly target: string;
  readonly by: number;
  readonly body: string;
  /** A header that is put in or changed after signing. */
  readonly extra: readonly [string, string] | null;
}

const NAMES = Object.keys(ENDPOINTS) as EndpointName[];
const HOLDERS: readonly Researcher[] = ["ann", "bob", "elsewhere", "looking", "operator", "auditor"];
const USES = 300;
const HEADERS = [
  "content-length",
  "content-digest",
  "signature-input",
  "signature",
  "tutti-audience",
  "authorization",
  "x-forwarded-for",
  "content-type",
];
const UNLIMITED = { perMinute: 1e9, burst: 1e9 };
const LIMITS = { address: UNLIMITED, centre: UNLIMITED, asking: UNLIMITED, reading: UNLIMITED };

/** A network with an open query, which all centres have been offered. */
class Scene {
  readonly network: TrialNetwork = new TrialNetwork({ limits: LIMITS });
  offer: Envelope | null = null;
  /** The hexadecimal part of the offer's hash. */
  offerHex = "";
  query = "";
  uses = 0;

  async begin(): Promise<this> {
    this.query = await this.network.ask();
    const [centre] = this.network.centres;
    [this.offer = null] = await centre!.offers();
    this.offerHex = centre!.party.consider(this.offer, this.network.clock.nowMs()).offerHash.slice("sha256:".length);
    return this;
  }

  end(): void {
    this.network.close();
  }
}

let scene: Promise<Scene> | null = null;

async function sceneOfNow(): Promise<Scene> {
  let now = await (scene ??= new Scene().begin());
  if (++now.uses > USES) {
    now.end();
    now = await (scene = new Scene().begin());
  }
  return now;
}

function make(draw: Draw): Input {
  const endpoint = draw.of(NAMES);
  return {
    endpoint,
    target: draw.once(8) ? mutatedString(draw, "/v1/queries?seen=1") : "",
    by: draw.below(1_000),
    body: JSON.stringify([draw.bits(), draw.bits()]),
    extra: draw.once(5) ? [draw.of(HEADERS), draw.once(2) ? String(draw.bits()) : mutatedString(draw, "sha-256=:AAAA:")] : null,
  } satisfies Sent;
}

/** What an honest caller would send, signed messages included, with changes; the same for the same numbers. */
function bodyOf({ endpoint, body }: Sent, draw: Draw, { network, offer, offerHex }: Scene): Uint8Array | undefined {
  if (ENDPOINTS[endpoint].method === "GET") return undefined;
  const centre = draw.of(network.centres);
  const told = () => centre.party.consider(offer, network.clock.nowMs()).envelope;
  const resigned = (label: Label, value: unknown): unknown => {
    try {
      return signEnvelope(label, mutatedJson(draw, value), [draw.once(4) ? network.coordinator : centre.identity], scheme);
    } catch {
      return null; // What canonical JSON can't write can't be signed either.
    }
  };
  const { name } = centre.identity;
  const examples: Readonly<Partial<Record<EndpointName, () => unknown>>> = {
    ask: () => QUERY,
    preview: () => QUERY,
    offers: () => ({}),
    answer: () => {
      const answer = told();
      if (draw.once(2)) return { answer };
      return { answer: resigned(draw.once(3) ? LABELS.refusal : LABELS.acceptance, JSON.parse(fromUtf8(fromBase64(answer.payload)))) };
    },
    release: () => ({ release: resigned(LABELS.release, { dataset: "small@1", results: [] }) }),
    stop: () => ({ stop: resigned(LABELS.stop, { session: `sha256:${offerHex}`, centre: name, cause: "late", blame: [] }) }),
    history: () => {
      const record = resigned(LABELS.record, { session: "ab".repeat(32), centre: name, cells: [0] });
      return { dataset: "small@1", marks: ["a"], records: [{ offer, formation: told(), release: null, record }] };
    },
  };
  if (endpoint === "exchange") return draw.once(2) ? noise(draw) : mutatedBytes(draw, toUtf8(body));
  const example = examples[endpoint]?.() ?? null;
  return draw.once(3)
    ? new TextEncoder().encode(mutatedText(draw, example))
    : new TextEncoder().encode(JSON.stringify(draw.once(2) ? example : mutatedJson(draw, example)));
}

async function run(input: Input): Promise<string> {
  const sent = input as Sent;
  const now = await sceneOfNow();
  const { network } = now;
  const draw = new Draw(sent.body);
  const { method } = ENDPOINTS[sent.endpoint];
  const segments = {
    query: draw.once(3) ? mutatedString(draw, now.query) : now.query,
    offer: draw.once(3) ? toHex(draw.bytes(4)) : now.offerHex,
    session: draw.once(3) ? mutatedString(draw, "ab") : now.offerHex,
    exchange: draw.once(3) ? mutatedString(draw, "3") : String(draw.below(4)),
  };
  const path = sent.target === "" ? pathOf(ENDPOINTS[sent.endpoint], wellFormed(segments)) : encodeURI(sent.target.toWellFormed());
  const target = path.startsWith("/") ? path : `/${path}`;
  const body = bodyOf(sent, draw, now);
  const headers = new Headers(headersOf(sent, draw, now, method, target, body));
  if (sent.extra !== null)
    try {
      headers.set(...sent.extra);
    } catch {
      // What a header can't hold can't be sent.
    }
  // Whoever waits is answered once time passes.
  const logged = network.logged.length;
  const hungUp = new AbortController();
  const init = { method, headers, signal: hungUp.signal, ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }) };
  const answered = Promise.resolve(network.app.request(new Request(`http://coordinator${target}`, init)));
  const response = await Promise.race([answered, later(network)]);
  if (response === null) {
    hungUp.abort();
    void answered.catch(() => {});
    return "waits";
  }
  if (network.logged.slice(logged).join("").includes("mistake")) throw new Error(network.logged.slice(logged).join("\n"));
  if (response.status >= 500) throw new Error(`status ${response.status}: ${await response.text()}`);
  if (response.headers.get("content-type") !== "application/problem+json") return `${sent.endpoint} ${response.status}`;
  return problemName(problemSchema.parse(await response.json())) ?? "another's problem";
}

/** After all that can happen at once has happened, there is an answer, or none for as long as time stands still. */
async function later({ clock }: TrialNetwork): Promise<null> {
  await clock.advance(0);
  for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve));
  return null;
}

function headersOf(
  { by, endpoint }: Sent,
  draw: Draw,
  { network }: Scene,
  method: string,
  target: string,
  body: Uint8Array | undefined,
): Readonly<Record<string, string>> {
  const length: Readonly<Record<string, string>> = body === undefined ? {} : { "content-length": String(body.length) };
  if (by < 50) return length;
  const { caller } = ENDPOINTS[endpoint];
  if (by < 100 ? caller === "centre" : caller !== "centre") return { ...length, ...bearer(draw.of(HOLDERS)) };
  try {
    return { ...length, ...draw.of(network.centres).signed(method, target, body ?? new Uint8Array(0)) };
  } catch (fault) {
    if (fault instanceof RangeError) return length; // A target that is not signed.
    throw fault;
  }
}

function wellFormed(segments: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(segments).map(([name, value]) => [name, value.toWellFormed()]));
}

/** All endpoints of the coordinator. */
export const REQUESTS: readonly Target[] = [
  {
    name: "coordinator: endpoints",
    share: 30,
    make,
    run,
    close: async () => {
      (await scene)?.end();
      scene = null;
    },
  },
];
