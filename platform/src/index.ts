export { scheme } from "./ed25519.ts";
export { faultFields, placesOf } from "./fault-fields.ts";
export type { FaultFields } from "./fault-fields.ts";
export { random } from "./random.ts";
export { backupPieces, sealProblem } from "./sealed-backup.ts";
export { passphraseIn, readIdentity, readSecretFile, SecretFileFault } from "./secret-file.ts";
export { sha256 } from "./sha256.ts";
export { syncFolder } from "./sync-folder.ts";
export { piecesOfFile, writeWholeFile } from "./whole-file.ts";
