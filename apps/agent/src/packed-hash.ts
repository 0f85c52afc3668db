const PREFIX = "sha256:";

/** A content hash as a text of 32 characters, for what is held in memory by the thousand. */
export function packed(hash: string): string {
  return Buffer.from(hash.slice(PREFIX.length), "hex").toString("latin1");
}

/** The content hash again. */
export function unpacked(text: string): string {
  return `${PREFIX}${Buffer.from(text, "latin1").toString("hex")}`;
}
