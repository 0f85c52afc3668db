import { parseArgs } from "node:util";
import { slowReport } from "../simulation/round-trips.ts";
import { iphReport, withIph } from "./iph-network.ts";

// The report of the demo by twelve honest centres that are far away: in round trips, and in seconds of real processes behind proxies that delay.

const { values } = parseArgs({ options: { "round-trip-ms": { type: "string", default: "200" } } });
const roundTripMs = Number(values["round-trip-ms"]);
const { state: simulated, roundTrips } = await slowReport(roundTripMs);
process.stdout.write(
  `simulated: ${simulated?.state}, ${roundTrips.toFixed(1)} round trips of ${roundTripMs} ms, where nothing else takes time\n`,
);
await withIph(async (network) => {
  const asked = async (): Promise<readonly [string, number]> => {
    const times: number[] = [];
    const { state } = await iphReport(network, ({ atMs }) => void times.push(atMs));
    return [state, times.at(-1)! - times[0]!];
  };
  await asked();
  const [near, nearMs] = await asked();
  for (const proxy of network.proxies.values()) proxy.set({ kind: "pass", delayMs: roundTripMs / 2 });
  const [far, farMs] = await asked();
  process.stdout.write(`live, nearby: ${near}, ${nearMs} ms\n`);
  process.stdout.write(`live, far away: ${far}, ${farMs} ms, ${(farMs / roundTripMs).toFixed(1)} round trips\n`);
});
