import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";

// Certificates made on the spot (X.509 v3, RFC 5280, in DER): an authority of a hospital's own, and servers that it knows. For tests only.

/** A certificate with its key, both in PEM. */
export interface Certified {
  readonly certificate: string;
  readonly key: string;
}

/** An authority that signs certificates of servers. */
export interface Authority extends Certified {
  /** A certificate for names and addresses; of the last day where it is to have expired. */
  issue(names: readonly string[], expired?: boolean): Certified;
}

/** Makes an authority that no machine knows. */
export function createAuthority(name: string): Authority {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const certificate = certificateOf({ subject: name, of: keys.publicKey, issuer: name, by: keys.privateKey, extensions: [AUTHORITY] });
  return {
    certificate,
    key: pemOf(keys.privateKey),
    issue: (names, expired = false) => {
      const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const made = {
        subject: names[0]!,
        of: own.publicKey,
        issuer: name,
        by: keys.privateKey,
        extensions: [namesExtension(names)],
        expired,
      };
      return { certificate: certificateOf(made), key: pemOf(own.privateKey) };
    },
  };
}

interface Making {
  readonly subject: string;
  readonly of: KeyObject;
  readonly issuer: string;
  readonly by: KeyObject;
  readonly extensions: readonly Buffer[];
  readonly expired?: boolean;
}

const DAY_MS = 86_400_000;
const [INTEGER, BIT_STRING, OCTET_STRING, UTF8, UTC_TIME, SEQUENCE, SET] = [0x02, 0x03, 0x04, 0x0c, 0x17, 0x30, 0x31] as const;
const COMMON_NAME = Buffer.from("0603550403", "hex");
const ECDSA_WITH_SHA256 = der(SEQUENCE, Buffer.from("06082a8648ce3d040302", "hex"));
/** basicConstraints, critical: an authority. */
const AUTHORITY = der(
  SEQUENCE,
  Buffer.from("0603551d13", "hex"),
  Buffer.from("0101ff", "hex"),
  der(OCTET_STRING, der(SEQUENCE, Buffer.from("0101ff", "hex"))),
);

function certificateOf({ subject, of, issuer, by, extensions, expired = false }: Making): string {
  const nowMs = Date.now();
  const [from, until] = expired ? [nowMs - 2 * DAY_MS, nowMs - DAY_MS] : [nowMs - DAY_MS, nowMs + DAY_MS];
  const serial = Buffer.concat([Buffer.of(0x01), randomBytes(8)]);
  const toBeSigned = der(
    SEQUENCE,
    der(0xa0, der(INTEGER, Buffer.of(2))),
    der(INTEGER, serial),
    ECDSA_WITH_SHA256,
    nameOf(issuer),
    der(SEQUENCE, timeOf(from), timeOf(until)),
    nameOf(subject),
    of.export({ type: "spki", format: "der" }),
    der(0xa3, der(SEQUENCE, ...extensions)),
  );
  const whole = der(SEQUENCE, toBeSigned, ECDSA_WITH_SHA256, der(BIT_STRING, Buffer.of(0), sign("sha256", toBeSigned, by)));
  return `-----BEGIN CERTIFICATE-----\n${whole.toString("base64").replaceAll(/.{1,64}/g, "$&\n")}-----END CERTIFICATE-----\n`;
}

/** subjectAltName. */
function namesExtension(names: readonly string[]): Buffer {
  const each = names.map((name) => (isIP(name) === 4 ? der(0x87, Buffer.from(name.split(".").map(Number))) : der(0x82, Buffer.from(name))));
  return der(SEQUENCE, Buffer.from("0603551d11", "hex"), der(OCTET_STRING, der(SEQUENCE, ...each)));
}

function nameOf(name: string): Buffer {
  return der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8, Buffer.from(name)))));
}

function timeOf(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replaceAll(/[-:T]/g, "").slice(2, 14);
  return der(UTC_TIME, Buffer.from(`${digits}Z`));
}

function pemOf(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

/** Tag, length and content. */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const { length } = body;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), body]);
}
