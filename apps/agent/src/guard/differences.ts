import { differencesOf, type EarlierRelease, type GuardPair, MAX_THRESHOLD, type Membership, setName } from "@tutti/disclosure";
import type { Guard } from "@tutti/protocol";
import type { Plan } from "@tutti/query";

/**
 * What a centre contributes to the guard. Session by session, so that the sets of one only are held, and those that a third set is compared with beside
 * them; what the threshold can't tell apart is not told apart here.
 *
 * @param now this centre's patients in the cells of the plan
 * @param load the same for an earlier session
 */
export async function differencesOfSessions(
  plan: Plan,
  { earlier, pairs }: Guard,
  now: Membership,
  load: (past: EarlierRelease) => Promise<Membership>,
): Promise<Uint32Array> {
  const differences = new Uint32Array(pairs.length);
  const count = (some: readonly number[], before: readonly Membership[]): void => {
    const chosen = some.map((pair) => pairs[pair]!);
    differencesOf(plan, earlier, chosen, now, before, MAX_THRESHOLD).forEach((counted, i) => (differences[some[i]!] = counted));
  };
  const ofOne = Map.groupBy(
    [...pairs.keys()].filter((pair) => !isOfThree(pairs[pair]!)),
    (pair) => pairs[pair]!.earlier,
  );
  const ofThree = [...pairs.keys()].filter((pair) => isOfThree(pairs[pair]!));
  const wanted = Map.groupBy(
    ofThree.flatMap((pair) => placesIn(pairs[pair]!)),
    (place) => place.earlier,
  );
  const held: Membership[] = [];
  // One for all: of hundreds of sessions it is as long as they are many.
  const before: Membership[] = [];
  for (const index of new Set([...ofOne.keys(), ...wanted.keys()])) {
    const all = await load(earlier[index]!);
    before[index] = all;
    count(ofOne.get(index) ?? [], before);
    delete before[index];
    const names = (wanted.get(index) ?? []).map(({ set }) => setName(earlier[index]!.sets[set]!));
    held[index] = new Map(names.flatMap((name) => (all.has(name) ? [[name, all.get(name)!] as const] : [])));
  }
  count(ofThree, held);
  return differences;
}

function isOfThree({ third }: GuardPair): boolean {
  return third !== undefined;
}

/** The sets of earlier sessions in a triple. */
function placesIn({ earlier, set, third }: GuardPair): readonly { readonly earlier: number; readonly set: number }[] {
  return third !== undefined && "earlier" in third ? [{ earlier, set }, third] : [{ earlier, set }];
}
