import { existsSync, readFileSync } from "node:fs";
import { RoundMail } from "@tutti/protocol";
import type { Lie } from "./lie-file.ts";

// Imported before an agent's own program (`node --import`): the centre follows the protocol, except for the lies that a file names. All its mail is well sealed and
// signed, as that of a centre that is broken into would be.

const FILE = process.env["TUTTI_LIE"] ?? "";
const P = 0x7fffffff;
const honest = RoundMail.prototype.say;
type Round = Parameters<typeof honest>[0];

RoundMail.prototype.say = function say(round, exchange) {
  const lie = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, "utf8")) as Lie) : null;
  return honest.call(this, lie !== null && lie.exchange === exchange ? lied(round, lie) : round, exchange);
};

function lied(round: Round, lie: Lie): Round {
  const altered = (shares: Uint32Array): Uint32Array => shares.map((share, i) => (i === 0 ? (share + 1) % P : share));
  if (lie.what === "opening") return { ...round, open: round.open.map((one) => ({ ...one, shares: altered(one.shares) })) };
  const { deal } = round;
  if (deal === null) return round;
  const parcel = deal.parcels[lie.to]!;
  return { ...round, deal: { ...deal, parcels: deal.parcels.with(lie.to, { ...parcel, narrow: altered(parcel.narrow) }) } };
}
