import { sha256 } from "@tutti/envelope";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeBundle, decodeDelivery, encodeBundle, encodeDelivery } from "./bundle.ts";

const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });
const session = new Uint8Array(32).fill(7);

/** What every participant posts in one exchange; some are gone. */
const exchanges = fc.integer({ min: 3, max: 6 }).chain((n) =>
  fc.array(fc.option(fc.tuple(bytes(40), fc.array(bytes(20), { minLength: n, maxLength: n })), { freq: 4 }), {
    minLength: n,
    maxLength: n,
  }),
);

test("what is posted is what is delivered: broadcast, and the receiver's own part", () => {
  fc.assert(
    fc.property(exchanges, fc.nat(0xffff_ffff), (posts, exchange) => {
      const n = posts.length;
      const bundles = posts.map((post, from) => {
        if (post === null) return null;
        const [broadcast, parts] = post;
        const { bytes: whole } = encodeBundle(session, exchange, from, broadcast, parts, sha256);
        return decodeBundle(whole, n);
      });
      for (let to = 0; to < n; to++) {
        const items = decodeDelivery(encodeDelivery(bundles, to), n, to, sha256);
        items.forEach((item, from) => {
          const post = posts[from]!;
          if (post === null) return expect(item).toBeNull();
          expect(item).toMatchObject({ session, exchange, from, broadcast: post[0], part: post[1][to] });
          expect(item!.head).toEqual(bundles[from]!.head);
        });
      }
    }),
  );
});

test("the bytes of a bundle, field by field", () => {
  const { bytes: whole } = encodeBundle(
    session,
    258,
    1,
    Uint8Array.of(9),
    [Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(3)],
    sha256,
  );
  const at = (from: number, to: number): number[] => [...whole.subarray(from, to)];
  expect(at(0, 32)).toEqual([...session]);
  expect(at(32, 36)).toEqual([0, 0, 1, 2]); // exchange
  expect(at(36, 38)).toEqual([0, 1]); // from
  expect(at(38, 40)).toEqual([0, 3]); // count
  expect(at(40, 44)).toEqual([0, 0, 0, 1]); // length of the broadcast, then its hash
  expect(at(44, 76)).toEqual([...sha256(Uint8Array.of(9))]);
  expect(at(76, 80)).toEqual([0, 0, 0, 2]); // length of part 0, then its hash
  expect(at(184, 185)).toEqual([9]); // 40 + 4 pieces of 36 bytes: the broadcast
  expect(at(185, 188)).toEqual([1, 2, 3]); // part 0, part 1, part 2
  expect(whole.length).toBe(188);
});

test("anything else is a RangeError, and nothing else", () => {
  const { bytes: whole } = encodeBundle(
    session,
    1,
    0,
    Uint8Array.of(1, 2, 3),
    [new Uint8Array(0), Uint8Array.of(5), Uint8Array.of(6)],
    sha256,
  );
  const bundle = decodeBundle(whole, 3);
  const delivery = encodeDelivery([bundle, null, null], 1);
  const reads: ((altered: Uint8Array) => unknown)[] = [
    (altered) => decodeBundle(altered, 3),
    (altered) => decodeDelivery(altered, 3, 1, sha256),
  ];
  const onlyRangeErrors = (read: () => unknown): void => {
    try {
      read();
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
    }
  };
  fc.assert(
    fc.property(fc.constantFrom(whole, delivery), fc.nat(400), fc.nat(255), fc.constantFrom(...reads), (good, position, value, read) => {
      const altered = good.slice();
      altered[position % good.length] = value;
      onlyRangeErrors(() => read(altered));
      onlyRangeErrors(() => read(good.subarray(0, position % good.length)));
    }),
    { numRuns: 500 },
  );
  fc.assert(fc.property(bytes(300), fc.constantFrom(...reads), (noise, read) => onlyRangeErrors(() => read(noise))));
  for (const read of reads) expect(() => read(new Uint8Array([...whole, 0]))).toThrow(RangeError);
  expect(() => decodeBundle(whole, 4)).toThrow(RangeError);
  expect(() => decodeDelivery(delivery, 3, 2, sha256)).toThrow(RangeError);
});
