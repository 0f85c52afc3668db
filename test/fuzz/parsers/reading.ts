import { EnvelopeFault, type Identity, type openEnvelope } from "@tutti/envelope";
import { scheme } from "@tutti/platform";
import { type MessageKind, openMessage, signMessage } from "@tutti/protocol";
import type { Draw } from "../draw.ts";
import { mutatedJson, mutatedString, mutatedText, noise } from "../mutation.ts";
import { outcomeOf, type Target } from "../target.ts";
import { centreNamed, keys, world } from "./examples.ts";

/** A schema, as far as it is used here. */
interface Schema {
  safeParse(value: unknown): { readonly success: boolean; readonly data?: unknown };
}

/** A reader of JSON text by a schema: what it takes has to go through JSON and back unchanged in its eyes. */
export function schemaTarget(name: string, schema: Schema, examples: readonly unknown[], share = 4): Target {
  return {
    name,
    share,
    make: (draw) => mutatedText(draw, draw.of(examples)),
    run: (text) => {
      const value = jsonOf(text as string);
      if (value === undefined) return "no JSON";
      const parsed = schema.safeParse(value);
      if (!parsed.success) return "refused";
      const again = schema.safeParse(JSON.parse(JSON.stringify(parsed.data)));
      if (!again.success) throw new Error("what was taken is not taken again");
      return "taken";
    },
  };
}

/** A signed message, as it came or signed again after a change. */
export function messageTarget<T>(name: string, kind: MessageKind<T>, example: unknown, share = 5): Target {
  const signers = [world.coordinator, centreNamed("a"), centreNamed("b")];
  return {
    name,
    share,
    make: (draw) => signedOr(draw, kind.label, example, signers),
    run: (text) => {
      const value = jsonOf(text as string);
      return value === undefined ? "no JSON" : outcomeOf(() => openMessage(kind, value, keys, scheme), EnvelopeFault);
    },
  };
}

/** JSON of an envelope: one in three with its payload changed and signed, else with the envelope changed. */
export function signedOr(draw: Draw, label: Parameters<typeof openEnvelope>[1], example: unknown, signers: readonly Identity[]): string {
  if (!draw.once(3)) return mutatedText(draw, signMessage({ label } as never, example as never, signers[0]!, scheme));
  try {
    return JSON.stringify(signMessage({ label } as never, mutatedJson(draw, example) as never, draw.of(signers), scheme));
  } catch {
    return "null"; // What canonical JSON can't write can't be signed either.
  }
}

/** A reader of text to which there is a writer: of one value there is one text. */
export function codecTarget(
  name: string,
  examples: readonly string[],
  read: (text: string) => unknown,
  write: (value: never) => string,
): Target {
  return {
    name,
    share: 5,
    make: (draw) => (draw.once(3) ? fromLatin1(noise(draw)) : mutatedString(draw, draw.of(examples))),
    run: (text) =>
      outcomeOf(() => {
        const value = read(text as string);
        if (write(value as never) !== text) throw new Error("two texts for one value");
      }, RangeError),
  };
}

/** The value of a JSON text; undefined for one that is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A text of any value. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

function fromLatin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 5_000));
}
