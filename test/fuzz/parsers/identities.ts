import {
  createIdentity,
  EnvelopeFault,
  fingerprint,
  formatIdentity,
  identityFileHead,
  isSameFingerprint,
  LABELS,
  parseIdentity,
  publicIdentity,
  publicIdentitySchema,
  readPassphrase,
  toBase64,
  toUtf8,
} from "@tutti/envelope";
import { scheme, sha256 } from "@tutti/platform";
import { formatPublicLine, parsePublicLine, ROTATION, rotationTo } from "@tutti/protocol";
import { mutatedString, mutatedText } from "../mutation.ts";
import { outcomeOf, type Target } from "../target.ts";
import { centreNamed, stranger } from "./examples.ts";
import { messageTarget, schemaTarget } from "./reading.ts";

const identityText = formatIdentity(stranger);
/** A passphrase stretches for a second: sealed files are opened without one, and their shape is looked at. */
const sealed = {
  format: LABELS.sealedIdentity,
  ...publicIdentity(stranger),
  stretching: { kdf: "scrypt", N: 2 ** 17, r: 8, p: 1, salt: toBase64(new Uint8Array(16)) },
  nonce: toBase64(new Uint8Array(24)),
  sealedSeed: toBase64(new Uint8Array(48)),
};
const next = createIdentity("a", (bytes) => sha256(toUtf8("a again")).subarray(0, bytes));
const rotation = rotationTo(centreNamed("a"), next, scheme);
const lines = [formatPublicLine(publicIdentity(stranger), null), formatPublicLine(publicIdentity(next), rotation)];
const told = fingerprint(publicIdentity(stranger));

/** Who somebody is: key files, public lines, rotations, fingerprints, passphrases. */
export const IDENTITIES: readonly Target[] = [
  {
    name: "identity.json",
    share: 2,
    make: (draw) => (draw.once(2) ? mutatedText(draw, JSON.parse(identityText)) : mutatedString(draw, identityText)),
    run: (text) => outcomeOf(() => parseIdentity(text as string), RangeError),
  },
  {
    name: "identity.json under a passphrase",
    share: 2,
    make: (draw) => mutatedText(draw, sealed),
    run: (text) => {
      const head = identityFileHead(text as string);
      const read = outcomeOf(() => parseIdentity(text as string), RangeError);
      if (head?.sealed === true && read === "taken") throw new Error("a sealed identity was opened without its passphrase");
      return head === null ? "no identity" : head.sealed ? "sealed" : read;
    },
  },
  {
    name: "passphrase",
    share: 1,
    make: (draw) => mutatedString(draw, "correct horse battery staple\n"),
    run: (text) => outcomeOf(() => readPassphrase(text as string), RangeError),
  },
  schemaTarget("public identity", publicIdentitySchema, [{ name: stranger.name, publicKey: toBase64(stranger.publicKey) }], 2),
  {
    name: "public line",
    share: 3,
    make: (draw) => (draw.once(2) ? mutatedString(draw, draw.of(lines)) : mutatedText(draw, JSON.parse(draw.of(lines)))),
    run: (text) =>
      outcomeOf(() => {
        const line = parsePublicLine(text as string);
        parsePublicLine(formatPublicLine(line, line.rotation ?? null));
      }, EnvelopeFault),
  },
  messageTarget("rotation", ROTATION, { name: "a", publicKey: toBase64(next.publicKey) }, 2),
  {
    name: "fingerprint",
    share: 1,
    make: (draw) => (draw.once(10) ? told : mutatedString(draw, told)),
    run: (text) => (isSameFingerprint(text as string, told) ? "the same" : "another"),
  },
];
