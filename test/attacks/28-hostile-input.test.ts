import { datasetSchema } from "@tutti/dataset";
import { policySchema, releaseSchema } from "@tutti/disclosure";
import { EnvelopeFault } from "@tutti/envelope";
import {
  ACCEPTANCE,
  decodeBundle,
  FORMATION,
  historyItemSchema,
  OFFER,
  openMessage,
  openRoster,
  RECORD,
  ROSTER,
  signMessage,
} from "@tutti/protocol";
import { check, reportSchema } from "@tutti/query";
import { dataset } from "@tutti/query/trial";
import fc from "fast-check";
import { expect, test } from "vitest";
import { scheme } from "@tutti/platform";
import { EVERYTHING, smallNetwork } from "../world/small-network.ts";

// Anything at all, signed or not, in place of what a parser expects: an answer of its kind, in bounded time, and nothing else.

const world = smallNetwork();
const honest: readonly unknown[] = [world.offerOf(EVERYTHING), EVERYTHING, dataset, { threshold: 5 }];
const json = fc.oneof(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(...honest), fc.constantFrom(...hostile()));

/** Values that have broken parsers before. */
function hostile(): readonly unknown[] {
  const deep = (inside: (child: unknown) => unknown): unknown => {
    let value: unknown = {};
    for (let level = 0; level < 3_000; level++) value = inside(value);
    return value;
  };
  return [
    deep((child) => [child]),
    { ...EVERYTHING, where: deep((not) => ({ not })) },
    { ...EVERYTHING, where: { any: Array.from({ length: 100_000 }, () => ({ variable: "sex", is: "F" })) } },
    { ...EVERYTHING, measures: Array.from({ length: 100_000 }, (_, i) => ({ id: `m${i}`, count: true })) },
    { ...EVERYTHING, purpose: "x".repeat(1_000_000) },
    { ...EVERYTHING, dataset: `${"a".repeat(50_000)}!` },
    JSON.parse('{"__proto__": {"threshold": 2}, "constructor": {"prototype": {"threshold": 2}}}'),
    { ...dataset, variables: JSON.parse('{"__proto__": {"type": "boolean"}, "toString": 1}') },
    { payloadType: "x", payload: "=".repeat(100_000), signatures: [] },
    Number.NaN,
    -0,
    1e308,
    "\u0000",
    "\uD800",
  ];
}

test("queries, dictionaries, policies, reports, releases and items of the past: taken or refused, never thrown", () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(typeof check(value, dataset).ok).toBe("boolean");
      for (const schema of [datasetSchema, policySchema, reportSchema, releaseSchema, historyItemSchema])
        expect(typeof schema.safeParse(value).success).toBe("boolean");
    }),
    { numRuns: 150 },
  );
});

test("each hostile value is dealt with in less than a second", () => {
  for (const value of hostile()) {
    const startedMs = performance.now();
    check(value, dataset);
    policySchema.safeParse(value);
    datasetSchema.safeParse(value);
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  }
});

test("messages, unsigned and signed by those whose word counts: an EnvelopeFault, or what was signed", () => {
  const kinds = [OFFER, ACCEPTANCE, FORMATION, RECORD, ROSTER] as const;
  fc.assert(
    fc.property(json, fc.constantFrom(...kinds), fc.boolean(), (value, kind, signed) => {
      const sent = signed ? signedOr(value, kind) : value;
      try {
        openMessage(kind as never, sent, world.roster.coordinatorKey, scheme);
      } catch (fault) {
        expect(fault).toBeInstanceOf(EnvelopeFault);
      }
      expect(() => openRoster(sent, scheme)).toThrow(EnvelopeFault);
    }),
    { numRuns: 150 },
  );
});

function signedOr(value: unknown, kind: typeof OFFER | typeof ACCEPTANCE | typeof FORMATION | typeof RECORD | typeof ROSTER): unknown {
  try {
    return signMessage(kind as never, value as never, world.coordinator, scheme);
  } catch {
    return value; // What canonical JSON can't write can't be sent either.
  }
}

test("bundles of any bytes: read whole, or a RangeError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), fc.integer({ min: 1, max: 40 }), (bytes, count) => {
      try {
        expect(decodeBundle(bytes, count).parts).toHaveLength(count);
      } catch (fault) {
        expect(fault).toBeInstanceOf(RangeError);
      }
    }),
    { numRuns: 500 },
  );
});

test("a centre answers anything at all with a refusal that it has signed", () => {
  const centre = world.centres.get("a")!;
  fc.assert(
    fc.property(json, (value) => {
      expect(centre.consider(value as never, world.nowMs)).toMatchObject({ accepted: null, reason: "altered" });
    }),
    { numRuns: 50 },
  );
});
