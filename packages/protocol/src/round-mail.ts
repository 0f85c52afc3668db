import { type Dealing, type Heard, open, openAll, openWide, type Parcel, parcelLength, type Round, type Scheme } from "@tutti/sharing";
import { decodeVectors, encodeParcel, encodeVectors, type HeardFrom, type Said } from "./channel.ts";
import type { Participation } from "./participation.ts";
import { SessionStop } from "./stop.ts";

/** What a participant says to one to whom nothing but its voice is due. */
const EMPTY = new Uint8Array(0);

/** Rounds of the sharing protocol as mail among the participants: openings are broadcast, a parcel goes to its holder. */
export class RoundMail {
  readonly #participation: Participation;
  readonly #scheme: Scheme;

  constructor(participation: Participation, scheme: Scheme) {
    this.#participation = participation;
    this.#scheme = scheme;
  }

  /** What this holder says in an exchange. In the first one (0) participants outside of the committee are spoken to as well. */
  say(round: Round, exchange: number): Said {
    const { participants, committee } = this.#participation;
    const parts = participants.map((_, to) => {
      const holder = committee.indexOf(to);
      if (holder < 0) return exchange === 0 ? EMPTY : null;
      return round.deal === null ? EMPTY : encodeParcel(round.deal.parcels[holder]!);
    });
    const narrow = round.open.map(({ shares }) => shares);
    const wide = round.openWide.map(({ shares }) => shares);
    return { broadcast: encodeVectors(narrow, wide), parts };
  }

  /**
   * What this holder makes of everything that was said in the exchange.
   * @throws SessionStop `malformed`, naming the centre; SharingFault when the shares do not open
   */
  hear(round: Round, heard: readonly (HeardFrom | null)[], challenge: Uint8Array): Heard {
    const { committee, self } = this.#participation;
    const { deal } = round;
    const own = { narrow: round.open.map(({ shares }) => shares), wide: round.openWide.map(({ shares }) => shares) };
    const narrow = own.narrow.map((shares) => shares.length);
    const wide = own.wide.map((shares) => shares.length);
    const said = committee.map((i) => {
      if (i === self) return own;
      const from = heard[i];
      return from ? this.#read(i, () => decodeVectors(from.broadcast, narrow, wide)) : null;
    });
    return {
      dealt: deal === null ? [] : deal.what.dealers.map((_, dealer) => this.#parcel(deal.what, dealer, deal.parcels, heard)),
      opened: round.open.map((opening, k) => {
        const shares = said.map((one) => one?.narrow[k] ?? null);
        return openAll(this.#scheme, opening, shares, open);
      }),
      openedWide: round.openWide.map((opening, k) => {
        const shares = said.map((one) => one?.wide[k] ?? null);
        return openAll(this.#scheme, opening, shares, openWide);
      }),
      challenge,
    };
  }

  /** Which participant a dealer of a dealing is. */
  participantOf(what: Dealing, dealer: number): number {
    const holder = what.dealers[dealer]!.holder;
    return holder === null ? dealer : this.#participation.committee[holder]!;
  }

  #parcel(what: Dealing, dealer: number, own: readonly Parcel[], heard: readonly (HeardFrom | null)[]): Parcel | null {
    const { committee, self } = this.#participation;
    const participant = this.participantOf(what, dealer);
    if (participant === self) return own[committee.indexOf(self)]!;
    const from = heard[participant];
    if (!from) return null;
    const { narrow, wide } = parcelLength(what, dealer);
    const read = this.#read(participant, () => decodeVectors(from.part, [narrow], [wide]));
    return { narrow: read.narrow[0]!, wide: read.wide[0]! };
  }

  #read<T>(participant: number, read: () => T): T {
    try {
      return read();
    } catch {
      const centre = this.#participation.participants[participant]!;
      throw new SessionStop("malformed", `${centre} sent something that does not fit the protocol: is its agent of this version?`, [
        centre,
      ]);
    }
  }
}
