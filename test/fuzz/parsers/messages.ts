import { type Envelope, EnvelopeFault, openEnvelope, toHex } from "@tutti/envelope";
import { scheme, sha256 } from "@tutti/platform";
import { ACCEPTANCE, CONSENT, FORMATION, historyItemSchema, OFFER, openHistoryItem, RECORD, REFUSAL, STOP } from "@tutti/protocol";
import { dataset } from "@tutti/query/trial";
import { outcomeOf, type Target } from "../target.ts";
import { acceptance, centreNamed, formation, item, offer, refusal, world } from "./examples.ts";
import { jsonOf, messageTarget, schemaTarget, signedOr } from "./reading.ts";

const stop = { session: "ab".repeat(32), centre: "a", cause: "late", blame: [] };
const record = { session: "ab".repeat(32), centre: "a", cells: [0, 2, 5] };
const asked = { centre: "a", offer: refusal.offer, consent: "asked" };

/** What coordinator and centres say to each other. */
export const MESSAGES: readonly Target[] = [
  messageTarget("offer", OFFER, offer),
  messageTarget("acceptance", ACCEPTANCE, acceptance),
  messageTarget("refusal", REFUSAL, refusal),
  messageTarget("formation", FORMATION, formation, 2),
  messageTarget("record", RECORD, record),
  messageTarget("stop", STOP, stop),
  schemaTarget("history item: shape", historyItemSchema, [item], 2),
  {
    name: "history item",
    share: 1,
    make: (draw) => {
      const part = draw.of(["offer", "formation", "record"] as const);
      const [label, value, by] = {
        offer: [OFFER.label, offer, world.coordinator] as const,
        formation: [FORMATION.label, formation, world.coordinator] as const,
        record: [RECORD.label, record, centreNamed("a")] as const,
      }[part];
      const changed = jsonOf(signedOr(draw, label, value, [by]));
      return JSON.stringify({ ...item, [part]: changed, ...(part === "record" ? { release: null } : {}) });
    },
    run: (text) => {
      const parsed = historyItemSchema.safeParse(jsonOf(text as string));
      if (!parsed.success) return "refused";
      const checked = { rosters: world.rosters, datasets: [dataset], scheme, sha256 };
      return outcomeOf(() => openHistoryItem(parsed.data, checked), EnvelopeFault);
    },
  },
  {
    name: "a centre considers",
    share: 5,
    make: (draw) => signedOr(draw, OFFER.label, { ...offer, id: toHex(draw.bytes(16)) }, [world.coordinator]),
    run: (text) => {
      const { reason, envelope } = world.centres.get("b")!.consider(jsonOf(text as string) as Envelope, world.nowMs);
      openEnvelope(envelope, reason === null ? ACCEPTANCE.label : REFUSAL.label, world.roster.centreKeys, scheme);
      return reason ?? "accepted";
    },
  },
  messageTarget("consent", CONSENT, asked, 2),
];
