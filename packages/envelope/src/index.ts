export { AEAD_NONCE_BYTES, AEAD_TAG_BYTES, EVERYBODY, nonceOf, platformAead, portableAead } from "./aead.ts";
export type { Aead, PlatformCipher } from "./aead.ts";
export { fromBase64, fromBase64Url, toBase64, toBase64Url } from "./base64.ts";
export { BOX_KEY_BYTES, createBoxKeys, NONCE_BYTES, seal, SEAL_BYTES, sessionKey, sharedKey, unseal } from "./box.ts";
export type { BoxKeys } from "./box.ts";
export { canonical, canonicalText, MAX_DEPTH, readCanonical } from "./canonical.ts";
export type { Json } from "./canonical.ts";
export { contentDigest } from "./content-digest.ts";
export { contentHash, contentHashSchema, digest, DIGEST_BYTES, digestWith, sha256 } from "./digest.ts";
export type { Sha256 } from "./digest.ts";
export {
  addSignature,
  ENVELOPE_LIMITS,
  EnvelopeFault,
  envelopeSchema,
  openEnvelope,
  payloadTypeOf,
  preAuthentication,
  signEnvelope,
} from "./dsse.ts";
export type { Envelope, EnvelopeSignature, Opened } from "./dsse.ts";
export { fingerprint, isSameFingerprint, spokenDigest } from "./fingerprint.ts";
export { fromHex, toHex } from "./hex.ts";
export type { HttpRequest, SignedHttpRequest } from "./http-request.ts";
export { demandDigest, HttpSignatureFault, MAX_TTL_SECONDS, signRequest, verifyHead, verifyRequest } from "./http-signature.ts";
export type { SignatureFields, SignedHttpHead, Signing, Verification, Verified, VerifiedHead } from "./http-signature.ts";
export { createIdentity, partyNameSchema, publicIdentity, publicIdentitySchema, publicKeySchema } from "./identity.ts";
export type { Identity, PublicIdentity } from "./identity.ts";
export { formatIdentity, identityFileHead, identityFileSchema, parseIdentity, sealIdentity, tooOpen } from "./identity-file.ts";
export type { IdentityFile, SealedIdentityFile } from "./identity-file.ts";
export { LABELS } from "./label.ts";
export type { Label } from "./label.ts";
export { MIN_PASSPHRASE, readPassphrase } from "./passphrase.ts";
export type { Stretching } from "./passphrase.ts";
export type { Random } from "./random.ts";
export { isSealedFile, sealedFile, unsealedFile } from "./sealed-file.ts";
export { Secret } from "./secret.ts";
export { platformScheme, tweetnaclScheme } from "./signature.ts";
export type { PlatformEd25519, SignatureScheme } from "./signature.ts";
export { fromUtf8, toUtf8 } from "./text.ts";
