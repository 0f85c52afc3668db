import { EVERYBODY, LABELS, nonceOf, Secret, type Sha256, toHex } from "@tutti/envelope";
import { add, ELEMENT_BYTES, inverse, mul, P, sub, WIDE_P } from "@tutti/field";
import { aead, sha256 } from "@tutti/platform";
import { decodeBundle } from "@tutti/protocol";
import { schemeFor } from "@tutti/sharing";

/** A number that opened to whoever reads what was broadcast: in which exchange, and at which place among the elements. */
export interface Opened {
  readonly exchange: number;
  readonly place: number;
  readonly value: number;
}

const GROUP_KEY = new TextEncoder().encode(LABELS.groupKey);
const SESSION_KEY = new TextEncoder().encode(LABELS.sessionKey);
const LENGTH_BYTES = 4;

/**
 * Hears all that is broadcast in all sessions, with the keys of all: what a coalition of everybody could work out. It takes group keys from the hashes
 * that agents compute, and looks for sharings of degree t whose secret is small. Masks and verdicts open to uniform numbers, or at twice that degree.
 */
export class Listener {
  readonly #keys = new Map<string, Secret>();
  readonly #pairKeys = new Map<string, Map<string, Secret>>();
  /** Broadcasts by session, exchange and sender. */
  readonly #said = new Map<string, Map<number, Map<number, Uint8Array>>>();
  readonly #counts = new Map<string, number>();

  /** SHA-256 that is overheard. */
  readonly sha256: Sha256 = (bytes) => {
    const hash = sha256(bytes);
    if (isLed(bytes, GROUP_KEY)) {
      const at = 2 * LENGTH_BYTES + GROUP_KEY.length;
      this.#keys.set(toHex(bytes.subarray(at, at + 32)), new Secret(hash));
    } else if (isLed(bytes, SESSION_KEY)) {
      const session = toHex(bytes.subarray(-32));
      const pairs = this.#pairKeys.get(session) ?? new Map<string, Secret>();
      this.#pairKeys.set(session, pairs.set(toHex(hash), new Secret(hash)));
    }
    return hash;
  };

  /** Takes what a participant has posted. */
  posted(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length < 40) return;
    try {
      const { session, exchange, from, broadcast } = decodeBundle(bytes, view.getUint16(38));
      const name = toHex(session);
      this.#counts.set(name, view.getUint16(38));
      const exchanges = this.#said.get(name) ?? new Map<number, Map<number, Uint8Array>>();
      this.#said.set(name, exchanges);
      const said = exchanges.get(exchange) ?? new Map<number, Uint8Array>();
      exchanges.set(exchange, said);
      if (!said.has(from)) said.set(from, broadcast.slice());
    } catch {
      // What was corrupted on its way.
    }
  }

  /** The key of a session that all share; null before there is one. */
  groupKey(session: string): Secret | null {
    return this.#keys.get(session) ?? null;
  }

  /** The keys that two participants of a session share, of all pairs. */
  pairKeys(session: string): readonly Secret[] {
    return [...(this.#pairKeys.get(session)?.values() ?? [])];
  }

  /** The sessions that were heard and not forgotten. */
  sessions(): readonly string[] {
    return [...this.#said.keys()];
  }

  /** Forgets a session. */
  forget(session: string): void {
    this.#said.delete(session);
    this.#keys.delete(session);
    this.#pairKeys.delete(session);
  }

  /** How many take part in a session that was heard. */
  participants(session: string): number {
    return this.#counts.get(session)!;
  }

  /** What opened in a session that is at most so large. */
  opened(session: string, most: number): readonly Opened[] {
    const key = this.#keys.get(session);
    const count = this.#counts.get(session)!;
    const scheme = schemeFor(count);
    if (key === undefined) return [];
    return [...this.#said.get(session)!].flatMap(([exchange, said]) => {
      const shares = Array.from({ length: count }, (_, from) => words(said.get(from), nonceOf(exchange, from, EVERYBODY), key));
      const present = shares.filter((share) => share !== null);
      // With t + 1 points any numbers lie on a polynomial; one more shows that these do.
      if (present.length < scheme.degree + 2) return [];
      const points = shares.flatMap((share, holder) => (share === null ? [] : [holder + 1]));
      const [base, rest] = [points.slice(0, scheme.degree + 1), points.slice(scheme.degree + 1)];
      const atZero = weights(base, 0);
      const elsewhere = rest.map((point) => weights(base, point));
      const length = Math.min(...present.map((share) => share.length));
      return Array.from({ length }, (_, place) => place).flatMap((place) => {
        const at = (weighted: readonly number[]): number =>
          weighted.reduce((sum, weight, i) => add(sum, mul(weight, present[i]![place]!)), 0);
        // No element: part of a sum.
        if (present.some((share) => share[place]! >= P)) return [];
        const value = at(atZero);
        if (value > most) return [];
        const lies = elsewhere.some((weighted, i) => at(weighted) !== present[base.length + i]![place]!);
        // Sums of means come after the counts, 8 bytes each: half of a small one looks like a small count.
        const isSum = [place - 1, place].some((low) => low >= 0 && isWideSharing(present, points, low, scheme.degree));
        return lies || isSum ? [] : [{ exchange, place, value }];
      });
    });
  }
}

/** Lagrange's weights: what the values at some points are multiplied with to give the value at another. */
function weights(points: readonly number[], at: number): readonly number[] {
  return points.map((point) => {
    const others = points.filter((other) => other !== point);
    const above = others.reduce((product, other) => mul(product, sub(at, other)), 1);
    const below = others.reduce((product, other) => mul(product, sub(point, other)), 1);
    return mul(above, inverse(below));
  });
}

/** Whether two elements in a row are the halves of points on one polynomial of this degree in the wider field. */
function isWideSharing(shares: readonly Uint32Array[], points: readonly number[], low: number, degree: number): boolean {
  if (shares.some(({ length }) => low + 1 >= length)) return false;
  const values = shares.map((share) => BigInt(share[low]!) + (BigInt(share[low + 1]!) << 32n));
  if (values.some((value) => value >= WIDE_P)) return false;
  // The differences of order degree + 1, in Newton's form, of all runs of degree + 2 points.
  for (let from = 0; from + degree + 2 <= points.length; from++) {
    let divided = values.slice(from, from + degree + 2);
    for (let order = 1; divided.length > 1; order++)
      divided = divided.slice(1).map((value, i) => {
        const apart = BigInt(points[from + i + order]! - points[from + i]!);
        return ((value - divided[i]! + WIDE_P) * invertedWide(apart)) % WIDE_P;
      });
    if (divided[0] !== 0n) return false;
  }
  return true;
}

/** 1 / x in the wider field: x to the power of its order less one. */
function invertedWide(x: bigint): bigint {
  let [result, base] = [1n, x];
  for (let exponent = WIDE_P - 2n; exponent > 0n; exponent >>= 1n) {
    if ((exponent & 1n) === 1n) result = (result * base) % WIDE_P;
    base = (base * base) % WIDE_P;
  }
  return result;
}

/** The 4-byte words of a broadcast. */
function words(sealed: Uint8Array | undefined, nonce: Uint8Array, key: Secret): Uint32Array | null {
  if (sealed === undefined || sealed.length === 0) return null;
  const plain = aead.unseal(sealed, nonce, key);
  if (plain === null || plain.length % ELEMENT_BYTES !== 0) return null;
  const view = new DataView(plain.buffer, plain.byteOffset, plain.byteLength);
  return Uint32Array.from({ length: plain.length / ELEMENT_BYTES }, (_, i) => view.getUint32(i * ELEMENT_BYTES, true));
}

function isLed(bytes: Uint8Array, label: Uint8Array): boolean {
  return bytes.length > 80 && bytes[LENGTH_BYTES - 1] === label.length && label.every((byte, i) => bytes[LENGTH_BYTES + i] === byte);
}
