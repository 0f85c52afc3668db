export { scheme } from "./ed25519.ts";
export { random } from "./random.ts";
export { sha256 } from "./sha256.ts";
