import { digest, fromHex, LABELS, toHex, toUtf8 } from "@tutti/envelope";
import { MAX_HOLDERS } from "@tutti/sharing";

/** Holders of a session with more than 15 participants. */
export const COMMITTEE_SIZE = 13;

/**
 * Who of the participants holds points: all up to 15; above, 13 drawn by a hash over the nonces of all acceptances, so that
 * no one participant chooses them.
 * @param participants names and nonces (hex), in session order
 * @returns indices of the holders, rising
 */
export function committeeOf(participants: readonly { readonly centre: string; readonly nonce: string }[]): readonly number[] {
  if (participants.length <= MAX_HOLDERS) return [...participants.keys()];
  const seed = digest(LABELS.committee, ...participants.map(({ nonce }) => fromHex(nonce)));
  const drawn = participants.map(({ centre }, index) => ({ index, ticket: toHex(digest(LABELS.committeeTicket, seed, toUtf8(centre))) }));
  return drawn
    .toSorted((a, b) => (a.ticket < b.ticket ? -1 : 1))
    .slice(0, COMMITTEE_SIZE)
    .map(({ index }) => index)
    .toSorted((a, b) => a - b);
}
