import type { Dataset, Label } from "@tutti/dataset";
import type { Patient } from "@tutti/sql";

const label: Label = { en: "x", fr: "x" };
const described = { label, missing: [""] };

/** A dictionary that is kind to attackers: every age is a cut point. `anca` is what they want to know of a patient. */
export const SEARCHED: Dataset = {
  id: "searched",
  version: 1,
  title: label,
  key: "patient_id",
  variables: {
    sex: { type: "category", ...described, codes: { F: label, M: label } },
    dyspnea: { type: "boolean", ...described, true: ["1"], false: ["0"] },
    anca: { type: "boolean", ...described, true: ["1"], false: ["0"] },
    age: { type: "number", ...described, grid: { from: 0, to: 4, step: 1 }, cuts: [1, 2, 3] },
  },
};

/** The values of each variable. In the networks that are searched none is missing. */
export const VALUES = {
  sex: ["F", "M"],
  dyspnea: [true, false],
  anca: [true, false],
  age: [0, 1, 2, 3, 4],
} as const;

/** One patient of every kind, to an attacker who knows that no value is missing. */
export const COMPLETE_KINDS: readonly Patient[] = kinds([]);

/** One patient of every kind, to an attacker who does not. */
export const KINDS: readonly Patient[] = kinds([null]);

function kinds(missing: readonly null[]): readonly Patient[] {
  return Object.entries(VALUES).reduce<readonly Patient[]>(
    (all, [name, values]) => all.flatMap((kind) => [...values, ...missing].map((value): Patient => ({ ...kind, [name]: value }))),
    [{}],
  );
}
