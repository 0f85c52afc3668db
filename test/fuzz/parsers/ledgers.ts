import { contentHash, EnvelopeFault, fromHex, fromUtf8, LABELS, toHex, toUtf8 } from "@tutti/envelope";
import { append, encodeLine, entrySchema, GENESIS, headSchema, isConsistent, LedgerFault, MerkleTree, readLedger } from "@tutti/ledger";
import { scheme, sha256 } from "@tutti/platform";
import {
  entryLeaf,
  inclusionSchema,
  LOG_HEAD,
  logEntry,
  logFileSchema,
  openHistoryItem,
  openLogHead,
  provesEntry,
  receiptSchema,
  signMessage,
  treeHeadOf,
} from "@tutti/protocol";
import { dataset } from "@tutti/query/trial";
import { audit, verifyRelease } from "@tutti/client";
import { mutatedBytes, mutatedJson, mutatedText, noise } from "../mutation.ts";
import { outcomeOf, type Target } from "../target.ts";
import { item, offer, policy, rosterFile, world } from "./examples.ts";
import { jsonOf, schemaTarget, signedOr } from "./reading.ts";

const ledger = (() => {
  const body = {
    query: contentHash(offer.query),
    requester: "r",
    offer: contentHash(offer),
    session: contentHash(offer),
    participants: ["a", "b"],
    policy: contentHash(policy),
  };
  const first = append(GENESIS, { kind: "answered", body }, "2026-01-01T00:00:00.000Z");
  return toUtf8(encodeLine(first));
})();

/** A log of twenty entries, of which one is the release. */
const entries = Array.from({ length: 20 }, (_, i) => logEntry("offer", toHex(sha256(Uint8Array.of(i))), item.offer, i, sha256)).with(
  7,
  logEntry(
    "release",
    openHistoryItem(item, { rosters: world.rosters, datasets: [dataset], scheme, sha256 }).session,
    item.release!,
    7,
    sha256,
  ),
);
const tree = new MerkleTree(sha256);
for (const entry of entries) tree.append(entryLeaf(entry, sha256));
const headValue = { network: world.roster.network, size: tree.size, root: toHex(tree.root()), atMs: 20 };
const head = signMessage(LOG_HEAD, headValue, world.coordinator, scheme);
const inclusion = { index: 7, entry: entries[7]!, proof: tree.inclusion(7).map(toHex) };
const receipt = { offer: item.offer, formation: item.formation, head, inclusion };
const consistency = { earlier: 11, root: toHex(tree.root(11)), proof: tree.consistency(11, 20).map(toHex) };
const tools = { scheme, sha256 };

/** What was done, and the proofs of it. */
export const LEDGERS: readonly Target[] = [
  {
    name: "ledger",
    share: 5,
    make: (draw) => (draw.once(4) ? noise(draw) : mutatedBytes(draw, ledger)),
    run: (bytes) => outcomeOf(() => readLedger(bytes as Uint8Array), LedgerFault),
  },
  schemaTarget("ledger entry", entrySchema, [JSON.parse(fromUtf8(ledger))], 2),
  schemaTarget("ledger head", headSchema, [GENESIS], 1),
  {
    name: "log head",
    share: 3,
    make: (draw) => signedOr(draw, LABELS.logHead, headValue, [world.coordinator]),
    run: (text) => outcomeOf(() => openLogHead(jsonOf(text as string), world.roster, scheme), EnvelopeFault),
  },
  {
    name: "proof of inclusion",
    share: 4,
    make: (draw) => (draw.once(20) ? JSON.stringify(inclusion) : mutatedText(draw, inclusion)),
    run: (text) => {
      const parsed = inclusionSchema.safeParse(jsonOf(text as string));
      if (!parsed.success) return "refused";
      if (!provesEntry(parsed.data, entries[7]!, headValue, sha256)) return "proves nothing";
      if (parsed.data.index !== 7) throw new Error("an entry was proved at another's place");
      return "proves it";
    },
  },
  {
    name: "proof of consistency",
    share: 4,
    make: (draw) => (draw.once(20) ? JSON.stringify(consistency) : mutatedText(draw, consistency)),
    run: (text) => {
      const { earlier, root, proof } = Object(jsonOf(text as string)) as { earlier?: unknown; root?: unknown; proof?: unknown };
      if (typeof earlier !== "number" || typeof root !== "string" || !Array.isArray(proof)) return "refused";
      let good = false;
      const read = outcomeOf(() => {
        const before = treeHeadOf({ size: earlier, root });
        good = isConsistent(before, treeHeadOf(headValue), proof.map(hexOf), sha256);
      }, RangeError);
      if (good && earlier <= 20 && earlier > 0 && root !== toHex(tree.root(earlier))) throw new Error("another past was proved");
      return read === "taken" ? (good ? "grown" : "not grown") : read;
    },
  },
  schemaTarget("receipt.json: shape", receiptSchema, [receipt], 2),
  {
    name: "tutti verify with a receipt",
    share: 1,
    make: (draw) => (draw.once(20) ? JSON.stringify(receipt) : mutatedText(draw, receipt)),
    run: (text) => {
      const checks = verifyRelease(item.release, rosterFile, scheme, { receipt: jsonOf(text as string) });
      return checks.every(({ passed }) => passed) ? "good" : "not good";
    },
  },
  schemaTarget("log.json: shape", logFileSchema, [{ head, entries }], 1),
  {
    name: "tutti audit",
    share: 0.5,
    make: (draw) => {
      const log = { head: draw.once(3) ? jsonOf(signedOr(draw, LABELS.logHead, headValue, [world.coordinator])) : head, entries };
      return JSON.stringify(draw.once(20) ? log : { ...log, entries: mutatedJson(draw, entries) });
    },
    run: (text) => {
      const parsed = logFileSchema.safeParse(jsonOf(text as string));
      if (!parsed.success) return "refused";
      const checks = audit({ roster: rosterFile, log: parsed.data, centres: [] }, tools);
      return checks.every(({ passed }) => passed) ? "good" : "not good";
    },
  },
];

/** RangeError for what is no text of hexadecimal digits. */
function hexOf(value: unknown): Uint8Array {
  return fromHex(String(value));
}
