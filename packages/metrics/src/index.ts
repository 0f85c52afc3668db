export { Metrics, METRICS_TYPE, SECONDS } from "./metrics.ts";
export type { Counter, Gauge, Histogram } from "./metrics.ts";
export { OTHER } from "./series.ts";
export type { Labels, LabelValues } from "./series.ts";
