import { type Random, sum } from "@tutti/field";
import { dealing, holdersDeal } from "./dealing.ts";
import { type Masks, masks, masksDemand, sliceMasks } from "./mask.ts";
import { opening, type Protocol, together } from "./round.ts";
import type { Scheme } from "./scheme.ts";

/** Masks made ahead, and more when they run out (two exchanges). */
export class MaskPool {
  readonly scheme: Scheme;
  readonly #self: number;
  readonly #random: Random;
  #masks: Masks;

  constructor(scheme: Scheme, ahead: Masks, self: number, random: Random) {
    this.scheme = scheme;
    this.#self = self;
    this.#random = random;
    this.#masks = ahead;
  }

  /** That many masks, each given once. */
  *take(count: number): Protocol<Masks> {
    if (count > this.#masks.values.length) {
      const dealt = yield* dealing(holdersDeal(this.scheme, masksDemand(count)), this.#self, null, this.#random);
      const [, made] = yield* together([dealt.check, masks(this.scheme, count, dealt.supply)]);
      return made;
    }
    const taken = sliceMasks(this.#masks, 0, count);
    this.#masks = sliceMasks(this.#masks, count, this.#masks.values.length);
    return taken;
  }
}

/** Secrets opened behind masks, and the masks they are behind. */
export interface Hidden {
  readonly opened: Uint32Array;
  readonly masks: Masks;
}

/**
 * Opens secrets 0 … n behind masks. One that opens at n or below may have wrapped around the field and is masked anew;
 * that an opened number is small says nothing, since it is uniform.
 */
export function* hide(pool: MaskPool, chosen: Masks, secrets: Uint32Array, n: number): Protocol<Hidden> {
  const values = chosen.values.slice();
  const bits = chosen.bits.map((bit) => bit.slice());
  const opened = yield* opening(sum(secrets, values), pool.scheme.degree);
  for (let again = wrapped(opened, n); again.length > 0; again = wrapped(opened, n)) {
    const fresh = yield* pool.take(again.length);
    const chosenAgain = Uint32Array.from(again, (i) => secrets[i]!);
    const renewed = yield* opening(sum(chosenAgain, fresh.values), pool.scheme.degree);
    again.forEach((i, k) => {
      opened[i] = renewed[k]!;
      values[i] = fresh.values[k]!;
      bits.forEach((bit, b) => (bit[i] = fresh.bits[b]![k]!));
    });
  }
  return { opened, masks: { values, bits } };
}

function wrapped(opened: Uint32Array, n: number): number[] {
  return Array.from(opened.keys()).filter((i) => opened[i]! <= n);
}
