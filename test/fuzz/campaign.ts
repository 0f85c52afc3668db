import { Draw } from "./draw.ts";
import type { Input, Target } from "./target.ts";

/** An input after which something happened that must not. */
export interface Crash {
  readonly target: string;
  /** The number of the input, by which it is made again. */
  readonly at: number;
  readonly error: string;
  readonly input: string;
}

/** What one target made of its inputs. */
export interface Tally {
  readonly target: string;
  readonly inputs: number;
  /** How often each outcome came, most often first. */
  readonly outcomes: ReadonlyMap<string, number>;
  readonly crashes: readonly Crash[];
  /** Of the input that took longest. */
  readonly slowestMs: number;
  readonly tookMs: number;
}

/** How much a campaign does. */
export interface CampaignSetting {
  readonly targets: readonly Target[];
  /** Inputs of all targets together, dealt by their shares. */
  readonly inputs: number;
  readonly seed: number;
  /** The first number of an input: to make one again. */
  readonly from?: number;
  readonly told?: ((tally: Tally) => void) | undefined;
  /** Is told before each input what it is of, and its number. */
  readonly onInput?: ((target: string, at: number) => void) | undefined;
}

/** An input that takes longer than this, and once more when it is tried again, counts as a crash: whoever sends such inputs brings a program to a stand. */
const SLOW_MS = 5_000;
/** Crashes that are told of one target, and of one kind. */
const TOLD_CRASHES = 3;

/** Feeds every target its share of inputs. Rejections that nobody has handled count as crashes of the target that ran. */
export async function campaign(setting: CampaignSetting): Promise<readonly Tally[]> {
  const { targets, inputs, told } = setting;
  const shares = targets.reduce((sum, { share }) => sum + share, 0);
  const rejections: unknown[] = [];
  const note = (reason: unknown) => void rejections.push(reason);
  process.on("unhandledRejection", note);
  process.on("uncaughtException", note);
  try {
    const tallies: Tally[] = [];
    for (const target of targets) {
      const tally = await run(target, Math.ceil((inputs * target.share) / shares), setting, rejections);
      tallies.push(tally);
      told?.(tally);
    }
    return tallies;
  } finally {
    process.off("unhandledRejection", note);
    process.off("uncaughtException", note);
  }
}

async function run(target: Target, inputs: number, { seed, from = 0, onInput }: CampaignSetting, rejections: unknown[]): Promise<Tally> {
  const outcomes = new Map<string, number>();
  const crashes: Crash[] = [];
  let slowestMs = 0;
  const beganMs = performance.now();
  for (let at = from; at < from + inputs; at++) {
    onInput?.(target.name, at);
    const input = target.make(new Draw(seed, target.name, at));
    const startedMs = performance.now();
    let outcome: string;
    try {
      outcome = await target.run(input);
      if (performance.now() - startedMs > SLOW_MS) await demandFast(target, input);
      // A rejection that nobody has handled is told once the event loop turns.
      if (at % 256 === 255) await new Promise((resolve) => setImmediate(resolve));
      if (rejections.length > 0) throw rejections.splice(0)[0];
    } catch (error) {
      outcome = "CRASH";
      const text = textOf(error);
      if (crashes.filter((one) => one.error === text).length < TOLD_CRASHES && crashes.length < 10 * TOLD_CRASHES)
        crashes.push({ target: target.name, at, error: text, input: shown(input) });
    }
    slowestMs = Math.max(slowestMs, performance.now() - startedMs);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  await target.close?.();
  return {
    target: target.name,
    inputs,
    outcomes: new Map([...outcomes].toSorted(([, a], [, b]) => b - a)),
    crashes,
    slowestMs,
    tookMs: performance.now() - beganMs,
  };
}

/** A machine that was busy with something else is no finding. */
async function demandFast(target: Target, input: Input): Promise<void> {
  const startedMs = performance.now();
  await target.run(input);
  const tookMs = performance.now() - startedMs;
  if (tookMs > SLOW_MS) throw new Error(`it took ${(tookMs / 1_000).toFixed(1)} s, twice`);
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message).split("\n").slice(0, 6).join("\n") : String(error);
}

function shown(input: Input): string {
  const text = input instanceof Uint8Array ? `base64 ${Buffer.from(input).toString("base64")}` : JSON.stringify(input);
  return text.length > 4_000 ? `${text.slice(0, 4_000)}… (${text.length} characters)` : text;
}
