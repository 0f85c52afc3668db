import { Channel } from "@tutti/protocol";

// Loaded before an agent's program (node --import): it is the real one, but for what it says in one exchange, which is not what it computed. Its seals, hashes
// and signatures hold, since they are made after the lie.

type Said = Parameters<Channel["say"]>[1];

const exchange = Number(process.env["TUTTI_LIE_IN"]);
const honest = Channel.prototype.say;

Channel.prototype.say = function (this: Channel, now: number, said: Said): Uint8Array {
  return honest.call(this, now, now === exchange ? lied(said) : said);
};

/** One share more than it is: for one receiver in the deal, for all later. */
function lied({ broadcast, parts }: Said): Said {
  if (broadcast.length > 0) return { broadcast: addedOne(broadcast), parts };
  const victim = parts.findIndex((part) => part !== null && part.length > 0);
  return { broadcast, parts: parts.map((part, to) => (to === victim ? addedOne(part!) : part)) };
}

function addedOne(bytes: Uint8Array): Uint8Array {
  const altered = bytes.slice();
  const view = new DataView(altered.buffer);
  view.setUint32(0, (view.getUint32(0, true) + 1) % 0x7fffffff, true);
  return altered;
}
