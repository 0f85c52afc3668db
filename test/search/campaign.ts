import { ALL_DEFENCES, type Defences, THRESHOLD_ONLY } from "../world/clear-network.ts";
import { type Searched, searchScene } from "./evolution.ts";
import type { Attacker } from "./attackers.ts";
import { advantageOf } from "./shadows.ts";

/** The two that are searched: ours, and a threshold on the pooled cell with nothing else. */
export const NETWORKS: Readonly<Record<"network" | "baseline", Defences>> = { network: ALL_DEFENCES, baseline: THRESHOLD_ONLY };

/** What searches of many scenes came to. */
export interface Campaign {
  readonly scenes: number;
  /** Sequences asked, of all scenes. */
  readonly tried: number;
  /** Scenes in which a number below k was told exactly. */
  readonly recovered: readonly Searched[];
  /** Mean advantage over a coin of the best sequence of each scene, 0 … 0.5. */
  readonly advantage: number;
}

/** How much to search. */
export interface Budget {
  readonly scenes: number;
  /** Sequences a scene. */
  readonly sequences: number;
  /** Shadow networks to train with; 0: no advantage is measured. */
  readonly shadows: number;
}

/** Searches scene after scene; the same seed finds the same. */
export function campaign(seed: number, defences: Defences, attacker: Attacker, { scenes, sequences, shadows }: Budget): Campaign {
  const searched = Array.from({ length: scenes }, (_, number) => searchScene(seed, number, defences, attacker, sequences));
  const advantages = searched.map(({ scene, best }) => (shadows === 0 ? 0 : advantageOf(best.sequence, scene, defences, shadows, seed)));
  return {
    scenes,
    tried: searched.reduce((sum, { tried }) => sum + tried, 0),
    recovered: searched.filter(({ best }) => best.exact.length > 0),
    advantage: advantages.reduce((sum, advantage) => sum + advantage, 0) / scenes,
  };
}
