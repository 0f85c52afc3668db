import { itemsOf } from "./delivery.ts";

const SESSION_BYTES = 32;
const HEAD_BYTES = 40;
const PIECE_BYTES = 36;
/** A sealed part in which nothing is dealt: two hashes, and what sealing adds. */
const BARE_PART_BYTES = 2 * 32 + 16;

/** What of one exchange arrived: whose bundles did not, and whether anything is dealt in it. */
interface Exchange {
  readonly missing: readonly number[];
  readonly isDealing: boolean;
}

/** What each centre was given of each exchange, by the coordinator and by all that went wrong on the way: nothing of it is opened. */
export class Deliveries {
  readonly #exchanges = new Map<string, Map<number, Exchange>>();

  /** A centre is given a delivery. */
  given(centre: string, bytes: Uint8Array): void {
    const items = itemsOf(bytes);
    const heads = items.filter(({ length }) => length >= HEAD_BYTES + PIECE_BYTES * (1 + items.length)).map(viewOf);
    const first = items.find(({ length }) => length > 0);
    if (heads.length === 0 || first === undefined) return;
    const name = nameOf(Buffer.from(first.subarray(0, SESSION_BYTES)).toString("hex"), centre);
    const exchanges = this.#exchanges.get(name) ?? new Map<number, Exchange>();
    const isDealing = heads.some((head) => items.some((_, to) => head.getUint32(HEAD_BYTES + PIECE_BYTES * (1 + to)) > BARE_PART_BYTES));
    const missing = items.flatMap(({ length }, place) => (length === 0 ? [place] : []));
    this.#exchanges.set(name, exchanges.set(heads[0]!.getUint32(SESSION_BYTES), { missing, isDealing }));
  }

  /** Places of the participants of a session whose second deal one of them did not get; none where nothing is dealt a second time. */
  lostInSecondDeal(session: string, centre: string): readonly number[] {
    const lost = new Set<number>();
    const exchanges = [...(this.#exchanges.get(nameOf(session, centre)) ?? [])].filter(([exchange]) => exchange > 0);
    for (const [, { missing, isDealing }] of exchanges.toSorted(([a], [b]) => a - b)) {
      // Who is silent once is heard no more.
      for (const place of missing) lost.add(place);
      if (isDealing) return [...lost];
    }
    return [];
  }
}

function nameOf(session: string, centre: string): string {
  return `${session} ${centre}`;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
