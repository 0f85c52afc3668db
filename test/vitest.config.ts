import { defineConfig, type ViteUserConfig } from "vitest/config";

// Two workers for two cores; whole networks run here, so a test may take its time on a busy machine.
const config: ViteUserConfig = defineConfig({ test: { testTimeout: 120_000, hookTimeout: 120_000, maxWorkers: 2 } });
export default config;
