/** Gives that many random bytes. Of keys and nonces: cryptographically strong; of tests: from a seed. */
export type Random = (bytes: number) => Uint8Array;

/** Draws, and throws a RangeError when the source gives another number of bytes. */
export function draw(random: Random, bytes: number): Uint8Array {
  const drawn = random(bytes);
  if (drawn.length !== bytes) throw new RangeError(`the source of randomness did not give ${bytes} bytes`);
  return drawn;
}
