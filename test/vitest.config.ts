import { defineConfig, type ViteUserConfig } from "vitest/config";

// Three workers for two cores, since much of it is waiting; whole networks run here, so a test may take its time on a busy machine.
const config: ViteUserConfig = defineConfig({ test: { testTimeout: 120_000, hookTimeout: 120_000, maxWorkers: 3 } });
export default config;
