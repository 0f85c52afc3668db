import { EnvelopeFault, envelopeSchema, HttpSignatureFault, openEnvelope, signRequest, toUtf8, verifyRequest } from "@tutti/envelope";
import { scheme, sha256 } from "@tutti/platform";
import { decodeBundle, encodeBundle, OFFER, ROSTER } from "@tutti/protocol";
import { mutatedBytes, mutatedJson, mutatedString, mutatedText, noise } from "../mutation.ts";
import { outcomeOf, type Target } from "../target.ts";
import { item, keys, rosterFile, stranger } from "./examples.ts";
import { jsonOf, schemaTarget, textOf } from "./reading.ts";

const NOW_SECONDS = 1_000;
const bundle = encodeBundle(new Uint8Array(32), 2, 1, toUtf8("all"), [toUtf8("one"), new Uint8Array(0), toUtf8("three")], sha256).bytes;
const request = { method: "POST", target: "/v1/sessions/ab/exchanges/3?x=1", body: toUtf8("{}") };
const signing = { audience: "coordinator", nowSeconds: NOW_SECONDS, ttlSeconds: 60, nonce: new Uint8Array(16) };

/** What travels: envelopes, signed requests, bundles. */
export const ENVELOPES: readonly Target[] = [
  schemaTarget("envelope: shape", envelopeSchema, [rosterFile, item.release]),
  {
    name: "envelope: DSSE",
    share: 6,
    make: (draw) => mutatedText(draw, draw.of([item.release, item.offer, rosterFile])),
    run: (text) => outcomeOf(() => openEnvelope(jsonOf(text as string), draw3(text as string), keys, scheme), EnvelopeFault),
  },
  {
    name: "HTTP signature",
    share: 8,
    make: (draw) => {
      const fields = { ...signRequest(request, stranger, signing, scheme) } as Record<string, string>;
      const whole = { method: request.method, target: request.target, body: "{}", fields };
      if (draw.once(3)) return mutatedJson(draw, whole);
      const name = draw.of(Object.keys(fields));
      return { ...whole, fields: { ...fields, [name]: mutatedString(draw, fields[name]!) } };
    },
    run: (made) => {
      const { method, target, body, fields } = (made ?? {}) as { method?: unknown; target?: unknown; body?: unknown; fields?: unknown };
      const map = new Map(Object.entries(Object(fields) as object).map(([name, value]) => [name, textOf(value)]));
      const sent = { method: textOf(method), target: textOf(target), body: toUtf8(textOf(body).toWellFormed()), headers: map };
      const checked = { audience: "coordinator", nowSeconds: NOW_SECONDS, skewSeconds: 5 };
      return outcomeOf(() => {
        verifyRequest(sent, (name) => (name === stranger.name ? stranger.publicKey : null), checked, scheme);
        const same = sent.method === request.method && sent.target === request.target && textOf(body) === "{}";
        if (!same) throw new Error("an altered request was taken");
      }, HttpSignatureFault);
    },
  },
  {
    name: "bundle",
    share: 6,
    make: (draw) => (draw.once(5) ? noise(draw) : mutatedBytes(draw, bundle)),
    run: (bytes) => outcomeOf(() => decodeBundle(bytes as Uint8Array, 3), RangeError),
  },
];

/** A label that depends on the input, so that the same input is read the same way again. */
function draw3(text: string): Parameters<typeof openEnvelope>[1] {
  return [OFFER.label, ROSTER.label, "tutti/1/release" as const][text.length % 3]!;
}
