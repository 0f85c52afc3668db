import {
  canonical,
  canonicalText,
  fromBase64,
  fromBase64Url,
  fromHex,
  fromUtf8,
  readCanonical,
  toBase64,
  toBase64Url,
  toHex,
  toUtf8,
} from "@tutti/envelope";
import { mutatedBytes, mutatedText, noise } from "../mutation.ts";
import { outcomeOf, type Target } from "../target.ts";
import { offer, refusal } from "./examples.ts";
import { codecTarget } from "./reading.ts";

/** Bytes and texts. */
export const CODECS: readonly Target[] = [
  codecTarget("base64", [toBase64(new Uint8Array(40)), "AQID", ""], fromBase64, toBase64),
  codecTarget("base64url", [toBase64Url(new Uint8Array(41)), "AQI", ""], fromBase64Url, toBase64Url),
  codecTarget("hex", [toHex(new Uint8Array(20)), ""], fromHex, toHex),
  {
    name: "UTF-8",
    share: 3,
    make: (draw) => (draw.once(2) ? noise(draw) : mutatedBytes(draw, toUtf8("Hôpital Necker 🧬 é"))),
    run: (bytes) =>
      outcomeOf(() => {
        if (toHex(toUtf8(fromUtf8(bytes as Uint8Array))) !== toHex(bytes as Uint8Array)) throw new Error("other bytes");
      }, RangeError),
  },
  {
    name: "canonical JSON",
    share: 6,
    make: (draw) =>
      draw.once(3)
        ? toUtf8(mutatedText(draw, offer).toWellFormed())
        : mutatedBytes(draw, canonical(draw.of<unknown>([offer, refusal, 1, "é"]))),
    run: (bytes) =>
      outcomeOf(() => {
        if (canonicalText(readCanonical(bytes as Uint8Array)) !== fromUtf8(bytes as Uint8Array)) throw new Error("two texts for one value");
      }, RangeError),
  },
];
