import type { Offer, PinnedRoster } from "@tutti/protocol";

/** The offer of a query whose turn has come. */
export interface BegunOffer {
  readonly roster: PinnedRoster;
  readonly offer: Offer;
  /** `sha256:…` */
  readonly offerHash: string;
}
