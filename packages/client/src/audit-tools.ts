import type { Sha256, SignatureScheme } from "@tutti/envelope";

/** What an audit computes with. */
export interface AuditTools {
  readonly scheme: SignatureScheme;
  readonly sha256: Sha256;
}
