import { expect, test } from "vitest";
import * as fc from "fast-check";
import { toBase64 } from "./base64.ts";
import { addSignature, type Envelope, EnvelopeFault, openEnvelope, payloadTypeOf, preAuthentication, signEnvelope } from "./dsse.ts";
import { fromHex, toHex } from "./hex.ts";
import { createIdentity } from "./identity.ts";
import { LABELS } from "./label.ts";
import { tweetnaclScheme as scheme } from "./signature.ts";
import { fromUtf8, toUtf8 } from "./text.ts";
import { party } from "./trial.ts";

const [necker, lyon, stranger] = [party("Necker"), party("Lyon"), party("Stranger")];
const keys = new Map([necker, lyon].map(({ name, publicKey }) => [name, publicKey]));
const value = { query: "sha256:00", expires: 1 };
const signed = signEnvelope(LABELS.offer, value, [necker, lyon], scheme);
const opening = (envelope: unknown) => () => openEnvelope(envelope, LABELS.offer, keys, scheme);

/** The fault's kind, and whose signature it names. */
function fault(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof EnvelopeFault) return [error.kind, error.keyid].filter(Boolean).join(" ");
    throw error;
  }
  return "none";
}

test("an envelope opens to what was signed, and says by whom", () => {
  expect(opening(signed)()).toEqual({ value, signedBy: ["Necker", "Lyon"] });
  expect(opening(JSON.parse(JSON.stringify(signed)))()).toEqual({ value, signedBy: ["Necker", "Lyon"] });
});

test("signatures can be added, one a party", () => {
  const one = signEnvelope(LABELS.offer, value, [lyon], scheme);
  expect(opening(addSignature(one, necker, scheme))().signedBy).toEqual(["Lyon", "Necker"]);
  expect(addSignature(signed, lyon, scheme)).toEqual(signed);
});

test("signatures of others are passed over", () => {
  expect(opening(addSignature(signed, stranger, scheme))().signedBy).toEqual(["Necker", "Lyon"]);
});

const withPayload = (text: string): Envelope => {
  const payload = toUtf8(text);
  const message = preAuthentication(payloadTypeOf(LABELS.offer), payload);
  return {
    payloadType: payloadTypeOf(LABELS.offer),
    payload: toBase64(payload),
    signatures: [{ keyid: "Lyon", sig: toBase64(scheme.sign(message, lyon.secretKey)) }],
  };
};
const [first, second] = [signed.signatures[0]!, signed.signatures[1]!];

test.each<[string, unknown, string]>([
  ["nothing wrong", signed, "none"],
  ["nothing", null, "shape"],
  ["a text", JSON.stringify(signed), "shape"],
  ["an unknown key", { ...signed, note: 1 }, "shape"],
  ["no signatures", { ...signed, signatures: [] }, "shape"],
  ["a signature without a name", { ...signed, signatures: [{ sig: first.sig }] }, "shape"],
  ["a short signature", { ...signed, signatures: [{ ...first, sig: "AA==" }] }, "shape"],
  ["too many signatures", { ...signed, signatures: Array.from({ length: 2_049 }).fill(first) }, "shape"],
  ["another kind of artefact", signEnvelope(LABELS.release, value, [necker], scheme), "type"],
  [
    "a release renamed an offer",
    { ...signEnvelope(LABELS.release, value, [necker], scheme), payloadType: signed.payloadType },
    "signature Necker",
  ],
  ["a payload that is not base64", { ...signed, payload: "é" }, "payload"],
  ["another payload", { ...signed, payload: toBase64(toUtf8('{"expires":2,"query":"sha256:00"}')) }, "signature Necker"],
  ["one good signature and one of somebody else", { ...signed, signatures: [first, { ...second, sig: first.sig }] }, "signature Lyon"],
  ["a signature that is not base64", { ...signed, signatures: [{ ...first, sig: "*".repeat(88) }] }, "signature Necker"],
  ["a party twice", { ...signed, signatures: [first, second, first] }, "signature Necker"],
  ["strangers only", signEnvelope(LABELS.offer, value, [stranger], scheme), "unsigned"],
  ["canonical JSON", withPayload('{"a":1}'), "none"],
  ["spaces inside", withPayload('{"a": 1}'), "payload"],
  ["a name twice inside", withPayload('{"a":1,"a":1}'), "payload"],
  ["no JSON inside", withPayload("hello"), "payload"],
])("%s", (_, envelope, expected) => {
  expect(fault(opening(envelope))).toBe(expected);
});

test("an altered character anywhere is a fault", () => {
  const text = JSON.stringify(signed);
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.constantFrom(...'Aa0+/="{}:,é '), (at, character) => {
      const altered = text.slice(0, at) + character + text.slice(at + 1);
      let envelope: unknown;
      try {
        envelope = JSON.parse(altered);
      } catch {
        return;
      }
      if (altered === text) return;
      // A signature whose name was altered is nobody's, and is passed over.
      const renamed = /"keyid":"(?!Necker"|Lyon")/.test(altered);
      expect(fault(opening(envelope)) !== "none" || renamed).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test("anything at all either opens or is a fault", () => {
  const junk = fc.record({
    payloadType: fc.oneof(fc.constant(signed.payloadType), fc.string()),
    payload: fc.oneof(fc.constant(signed.payload), fc.string(), fc.base64String()),
    signatures: fc.array(
      fc.record({ keyid: fc.constantFrom("Necker", "Nobody", "\ud800"), sig: fc.string({ minLength: 88, maxLength: 88 }) }),
    ),
  });
  fc.assert(fc.property(fc.oneof(fc.anything(), junk), (some) => fault(opening(some)) !== "none"));
});

// protocol.md of secure-systems-lab/dsse, "Test Vectors"; and testvectors/vectors.json, "single-signature" and "non-ascii-payload-type",
// whose key is that of RFC 8032 §7.1, test 1.
test("what is signed is DSSE's encoding", () => {
  expect(fromUtf8(preAuthentication("http://example.com/HelloWorld", toUtf8("hello world")))).toBe(
    "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
  );
  const key = createIdentity("A", () => fromHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
  const body = toUtf8('{"_type":"https://in-toto.io/Statement/v1"}');
  const signature = (type: string) => toBase64(scheme.sign(preAuthentication(type, body), key.secretKey));
  expect(signature("application/vnd.in-toto+json")).toBe(
    "2WAfaHm5jluo0w+0rk8uVkluELJYWjSmU9x7EUzx+AyteDGJ4/nqyJXfmAUVFIAoQafWm7AxBZNw5M9ixNHiCA==",
  );
  expect(signature("application/vnd.exämple+json")).toBe(
    "xmSk/ug66ysT7ayhkCIjhAq42zgZXSsEWuzUaNL7w2eGAdF/NU6/fRXPtmfN+5DNSAs5/i2lUnHjbbjPsu0tAw==",
  );
  expect(toHex(preAuthentication("application/vnd.in-toto+json", new Uint8Array()))).toBe(
    "445353457631203238206170706c69636174696f6e2f766e642e696e2d746f746f2b6a736f6e203020",
  );
});
