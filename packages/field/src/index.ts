export { add, fold, fromInteger, inverse, mul, P, pow, sub } from "./prime.ts";
export { addInto, areElements, difference, dot, hadamard, inverseSquareRoots, join, scaleBySmall, sum } from "./vector.ts";
export type { Vector } from "./vector.ts";
export { areWideElements, WIDE_P, wideAdd, wideMul, wideSub } from "./wide.ts";
export { decode, decodeWide, ELEMENT_BYTES, encode, encodeWide, WIDE_ELEMENT_BYTES } from "./bytes.ts";
export { randomVector, randomWideVector } from "./random.ts";
export type { Random } from "./random.ts";
