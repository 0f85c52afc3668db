import type { SuppressionSystem } from "./system.ts";

/**
 * The system as a reader has it who takes it that nothing is missing that need not be: every vacant cell is nobody, so those with a known value are the
 * patients themselves, and strata add up to their total. Null where no cell is vacant: then there is nothing to take.
 */
export function whereNothingIsMissing({ cells, relations }: SuppressionSystem): SuppressionSystem | null {
  const isVacant = (cell: number): boolean => cells[cell]!.vacant;
  if (!cells.some(({ vacant }) => vacant)) return null;
  const fewer = relations.flatMap(({ total, parts }) => {
    const some = parts.filter((part) => !isVacant(part));
    return isVacant(total) || some.length === 0 ? [] : [{ total, parts: some }];
  });
  return { cells, relations: fewer };
}
