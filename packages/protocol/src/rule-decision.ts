import { measureKind, type Query, variablesOf } from "@tutti/query";
import { type Decision, DECISIONS, type Limit, type OneOf, type SomeOf, type StandingRule, type StandingRules } from "./standing-rules.ts";

/** What the rules look at, of an offer whose query fits the dictionary. */
export interface RuledQuestion {
  readonly requester: string;
  readonly query: Query;
}

/** An answer that was given, or is under way. */
export interface PastAnswer {
  readonly requester: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** What the rules say, and which of them: names of rules, `otherwise`, or such as `requester-day` for a limit. Never told outside of the centre. */
export interface RuleDecision {
  readonly decision: Decision;
  readonly because: readonly string[];
}

const DAY_MS = 86_400_000;
const WINDOWS = [
  ["day", DAY_MS],
  ["week", 7 * DAY_MS],
] as const;

/**
 * What becomes of a question. All rules that match count, and the strictest of them holds, so their order says nothing, and a rule that is
 * added never loosens what another one matches; `otherwise` is for what none matches. Limits come on top, and never loosen anything.
 * @param past answers of the last seven days at least; those of the future, by a clock that was set back, count too
 */
export function decide(rules: StandingRules, question: RuledQuestion, past: readonly PastAnswer[], nowMs: number): RuleDecision {
  const matching = rules.rules.filter((rule) => matches(rule, question));
  const said = matching.map(({ name, decision }) => ({ name, decision }));
  if (said.length === 0) said.push({ name: "otherwise", decision: rules.otherwise });
  for (const name of exceeded(rules, question.requester, past, nowMs)) said.push({ name, decision: rules.limits!.beyond });
  const decision = DECISIONS.findLast((one) => said.some((of) => of.decision === one))!;
  return { decision, because: said.flatMap((of) => (of.decision === decision ? [of.name] : [])) };
}

function matches(rule: StandingRule, { requester, query }: RuledQuestion): boolean {
  const { dataset, purpose, variables, measures } = rule;
  return (
    isOneOf(rule.requester, requester) &&
    isOneOf(dataset, query.dataset) &&
    isFor(purpose, query.purpose.toLowerCase()) &&
    areSomeOf(variables, variablesOf(query)) &&
    areSomeOf(measures, query.measures.map(measureKind))
  );
}

function isOneOf(list: OneOf | undefined, value: string): boolean {
  if (list === undefined) return true;
  return "in" in list ? list.in.includes(value) : !list.notIn.includes(value);
}

function isFor(texts: StandingRule["purpose"], purpose: string): boolean {
  if (texts === undefined) return true;
  const has = (text: string): boolean => purpose.includes(text.toLowerCase());
  return "contains" in texts ? texts.contains.some(has) : !texts.lacks.some(has);
}

function areSomeOf<T>(list: SomeOf<T> | undefined, values: readonly T[]): boolean {
  if (list === undefined) return true;
  if ("any" in list) return values.some((value) => list.any.includes(value));
  return "within" in list ? values.every((value) => list.within.includes(value)) : values.some((value) => !list.beyond.includes(value));
}

function exceeded({ limits }: StandingRules, requester: string, past: readonly PastAnswer[], nowMs: number): readonly string[] {
  const of = (whose: "requester" | "all", limit: Limit | undefined, answers: readonly PastAnswer[]): readonly string[] =>
    WINDOWS.flatMap(([window, lengthMs]) => {
      const most = limit?.[window];
      return most === undefined || answers.filter(({ atMs }) => atMs > nowMs - lengthMs).length < most ? [] : [`${whose}-${window}`];
    });
  return [
    ...of(
      "requester",
      limits?.requester,
      past.filter((answer) => answer.requester === requester),
    ),
    ...of("all", limits?.all, past),
  ];
}
