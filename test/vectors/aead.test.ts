import { readFile } from "node:fs/promises";
import { fromHex, portableAead, Secret, toHex } from "@tutti/envelope";
import { aead } from "@tutti/platform";
import { describe, expect, test } from "vitest";

// What is compared here was worked out by generate_aead.py, from RFC 8439 and with nothing of this project.
const vectors = JSON.parse(await readFile(new URL("aead.json", import.meta.url), "utf8")) as Vector[];

interface Vector {
  readonly key: string;
  readonly nonce: string;
  readonly plain: string;
  readonly sealed: string;
}

describe.each([
  ["in JavaScript", portableAead],
  ["of the platform", aead],
])("the seal %s", (_, implementation) => {
  test.each(vectors)("is the one of the definition: $plain.length digits", ({ key, nonce, plain, sealed }) => {
    const secret = new Secret(fromHex(key));
    expect(toHex(implementation.seal(fromHex(plain), fromHex(nonce), secret))).toBe(sealed);
    expect(toHex(implementation.unseal(fromHex(sealed), fromHex(nonce), secret)!)).toBe(plain);
  });
});
