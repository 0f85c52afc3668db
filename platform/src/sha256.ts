import { hash } from "node:crypto";
import type { Sha256 } from "@tutti/envelope";

/** Node's SHA-256. */
export const sha256: Sha256 = (bytes) => hash("sha256", bytes, "buffer");
