import { createCipheriv, createHash } from "node:crypto";
import type { Random } from "@tutti/field";

/** Random bytes from a seed and a name: AES-256 in counter mode. The same each time, one stream a name. */
export function seeded(seed: number, name: string): Random {
  const key = createHash("sha256").update(`${seed} ${name}`).digest();
  const stream = createCipheriv("aes-256-ctr", key, Buffer.alloc(16));
  return (bytes) => new Uint8Array(stream.update(Buffer.alloc(bytes)));
}
