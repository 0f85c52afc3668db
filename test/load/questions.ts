/** A query of the dictionary `live@3`, as a researcher writes it. */
interface LiveQuery {
  readonly dataset: string;
  readonly purpose: string;
  readonly where?: { readonly all: readonly object[] };
  readonly measures: readonly object[];
}

/** The questions of an endurance run, by its name: from the number of a session to what is asked in it. */
export const QUESTIONS: Readonly<Record<"again" | "different", (session: number) => LiveQuery>> = {
  /** One report, for ever new purposes. */
  again: (session) => ({
    dataset: "live@3",
    purpose: `endurance ${session}`,
    measures: [
      { id: "n", count: true },
      { id: "sex", distribution: "sex" },
    ],
  }),
  /** Another cohort each time: 1,200 come before the first returns. */
  different: (session) => ({
    dataset: "live@3",
    purpose: `endurance ${session}`,
    ...cohort(session),
    measures: [{ id: "n", count: true }],
  }),
};

const SEXES = [[], [{ is: "F" }], [{ is: "M" }], [{ known: true }]];
const DYSPNEAS = [[], [{ is: true }], [{ is: false }], [{ known: true }]];
const AGES = intervals([10, 18, 65]);
const HBS = intervals([7, 12]);
const COHORTS = SEXES.length * DYSPNEAS.length * AGES.length * HBS.length;
/** Prime to the number of cohorts, so that those that come after one another differ in everything. */
const STRIDE = 367;

function cohort(session: number): Pick<LiveQuery, "where"> {
  let rest = (session * STRIDE) % COHORTS;
  const of = <T>(choices: readonly T[]): T => {
    const chosen = choices[rest % choices.length]!;
    rest = Math.floor(rest / choices.length);
    return chosen;
  };
  const named = { sex: of(SEXES), dyspnea: of(DYSPNEAS), age: of(AGES), hb: of(HBS) };
  const all = Object.entries(named).flatMap(([variable, conditions]) => conditions.map((condition) => ({ variable, ...condition })));
  return all.length === 0 ? {} : { where: { all } };
}

/** Everybody, those with a value, and those between any two of the cut points, or beyond one. */
function intervals(cuts: readonly number[]): readonly (readonly object[])[] {
  const ends = [null, ...cuts, null];
  const bounded = ends.flatMap((from, i) =>
    ends
      .slice(i + 1)
      .flatMap((to) =>
        from === null && to === null ? [] : [[...(from === null ? [] : [{ atLeast: from }]), ...(to === null ? [] : [{ below: to }])]],
      ),
  );
  return [[], [{ known: true }], ...bounded];
}
