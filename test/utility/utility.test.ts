import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { allocation, iphDraw, SHOWN } from "./cohort-draw.ts";
import { measured, SIZES } from "./measurement.ts";
import { picture } from "./picture.ts";
import { outcomes, RULES } from "./rules.ts";
import { table } from "./table.ts";

const iph = measured(SIZES[0]!, 1);
const docs = join(import.meta.dirname, "../../docs");

test("the published row of the IPH cohort is what is measured now; if not, npm run utility", () => {
  const published = readFileSync(join(docs, "utility.md"), "utf8");
  for (const row of table(iph).split("\n")) expect(published).toContain(row);
});

test("pooled numbers are right wherever they are told, and protecting the small ones costs no more than cells", () => {
  const [, , pooled, complementary] = iph;
  for (const one of [pooled!, complementary!]) expect(one).toMatchObject({ wrong: 0, sumError: 0, quantileError: 0 });
  expect(complementary!.right).toBeLessThanOrEqual(pooled!.right);
  expect(pooled!.right).toBeGreaterThan(iph[0]!.right);
});

test("in the centres as they are, nearly nothing is told centre by centre: two children each", () => {
  const cohort = iphDraw();
  const found = outcomes(cohort, allocation(cohort, 1, 0));
  const total = (rule: (typeof RULES)[number]): number => found[rule].cells.filter(({ told, truth }) => told === truth).length;
  expect(total("per centre, then sum")).toBe(0);
  expect(total("pooled, complementary")).toBeGreaterThan(SHOWN.length / 2);
});

test("the plot has a line a rule in each panel, and says what they are", () => {
  const drawn = picture(iph);
  expect(drawn.match(/stroke-width="2"/g)).toHaveLength(2 * RULES.length);
  for (const rule of RULES) expect(drawn).toContain(`>${rule}</text>`);
});
