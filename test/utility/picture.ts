import type { Measured } from "./measurement.ts";
import { type Rule, RULES } from "./rules.ts";

/** Okabe and Ito's colours, which people with colour blindness tell apart; each rule has its own mark as well. */
const LOOKS: Readonly<Record<Rule, { readonly colour: string; readonly mark: (x: number, y: number) => string }>> = {
  "per centre, then sum": { colour: "#d55e00", mark: (x, y) => `M${x - 4} ${y - 4}h8v8h-8Z` },
  "per centre, small as 0": { colour: "#cc79a7", mark: (x, y) => `M${x} ${y - 5}L${x + 5} ${y + 4}H${x - 5}Z` },
  pooled: { colour: "#0072b2", mark: (x, y) => `M${x} ${y - 5}L${x + 5} ${y}L${x} ${y + 5}L${x - 5} ${y}Z` },
  "pooled, complementary": { colour: "#009e73", mark: (x, y) => `M${x - 4} ${y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z` },
};

const WIDTH = 860;
const HEIGHT = 400;
const PANEL = { width: 330, height: 230, top: 60 } as const;
const LEFTS = [60, 490] as const;

interface Panel {
  readonly title: string;
  readonly value: (measured: Measured) => number;
  readonly most: number;
}

/** Two panels over the number of patients: how many cells are told and right, and how far quantiles are from the truth. */
export function picture(measurements: readonly Measured[]): string {
  const worst = Math.max(...measurements.map(({ quantileError }) => (Number.isNaN(quantileError) ? 0 : quantileError)));
  const panels: readonly Panel[] = [
    { title: "Cells of the report that are told, and right", value: ({ right }) => right, most: 1 },
    {
      title: "Error of quartiles and medians that are told",
      value: ({ quantileError }) => quantileError,
      most: Math.ceil(worst * 20) / 20,
    },
  ];
  const legend = RULES.map((rule, i) => {
    const { colour, mark } = LOOKS[rule];
    const [x, y] = [LEFTS[i % 2]! + 6, 352 + 24 * Math.floor(i / 2)];
    return `<path d="${mark(x, y)}" fill="${colour}"/><text x="${x + 14}" y="${y + 4}">${rule}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="What four rules of disclosure tell of the report, by number of patients">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    `<g font-family="system-ui, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="13" fill="#1f2937">`,
    ...panels.map((panel, i) => panelOf(panel, LEFTS[i]!, measurements)),
    ...legend,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

function panelOf({ title, value, most }: Panel, left: number, measurements: readonly Measured[]): string {
  const sizes = [...new Set(measurements.map(({ patients }) => patients))];
  const [low, high] = [Math.log(sizes[0]!), Math.log(sizes.at(-1)!)];
  const x = (patients: number): number => Math.round(left + ((Math.log(patients) - low) / (high - low)) * PANEL.width);
  const y = (share: number): number => Math.round(PANEL.top + PANEL.height * (1 - share / most));
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => part * most);
  const lines = ticks.map((tick) => {
    const label = `<text x="${left - 8}" y="${y(tick) + 4}" text-anchor="end">${Number((100 * tick).toFixed(1))} %</text>`;
    return `<path d="M${left} ${y(tick)}H${left + PANEL.width}" stroke="#e5e7eb"/>${label}`;
  });
  const names = sizes.map(
    (size) => `<text x="${x(size)}" y="${PANEL.top + PANEL.height + 20}" text-anchor="middle">${size.toLocaleString("en")}</text>`,
  );
  const curves = RULES.map((rule) => {
    const points = measurements.filter((one) => one.rule === rule && !Number.isNaN(value(one)));
    const { colour, mark } = LOOKS[rule];
    const path = points.map((one, i) => `${i === 0 ? "M" : "L"}${x(one.patients)} ${y(value(one))}`).join("");
    const marks = points.map((one) => mark(x(one.patients), y(value(one)))).join("");
    return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"/><path d="${marks}" fill="${colour}"/>`;
  });
  return [
    `<text x="${left}" y="${PANEL.top - 24}" font-size="15" font-weight="600">${title}</text>`,
    ...lines,
    ...names,
    `<text x="${left + PANEL.width / 2}" y="${PANEL.top + PANEL.height + 40}" text-anchor="middle" fill="#6b7280">patients in 12 centres</text>`,
    ...curves,
  ].join("\n");
}
