import { randomFillSync } from "node:crypto";
import type { Random } from "@tutti/envelope";

const POOL_BYTES = 65_536;

/** Node's cryptographic randomness, drawn ahead: each byte is given once, and forgotten here. */
export const random: Random = pooled();

function pooled(): Random {
  const pool = new Uint8Array(POOL_BYTES);
  let at = POOL_BYTES;
  return (bytes) => {
    if (bytes > POOL_BYTES / 4) return randomFillSync(new Uint8Array(bytes));
    if (at + bytes > POOL_BYTES) {
      randomFillSync(pool);
      at = 0;
    }
    const drawn = pool.slice(at, at + bytes);
    pool.fill(0, at, at + bytes);
    at += bytes;
    return drawn;
  };
}
