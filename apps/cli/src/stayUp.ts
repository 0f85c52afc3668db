import type { Network } from "./network.ts";
import type { Services } from "./services.ts";

/** Tells people how to ask the network, and waits until they stop it. */
export async function stayUp(network: Network, { console, interrupted }: Services): Promise<void> {
  console.err(
    [
      "",
      `The network is up at ${network.url}`,
      `Token of a researcher: ${network.token}`,
      `Roster: ${network.roster}`,
      "",
      "Ask it, from another terminal:",
      `  tutti query q.json --coordinator ${network.url} --token ${network.token} --json > release.json`,
      `  tutti verify release.json --roster ${network.roster}`,
      "",
      "Ctrl-C stops it.",
      "",
    ].join("\n"),
  );
  // A signal's listener alone keeps no process alive.
  const awake = setInterval(() => {}, 60_000);
  await new Promise<void>((resolve) => {
    if (interrupted.aborted) resolve();
    interrupted.addEventListener("abort", () => resolve(), { once: true });
  });
  clearInterval(awake);
}
