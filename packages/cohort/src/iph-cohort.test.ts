import { expect, test } from "vitest";
import type { Row } from "./centre.ts";
import { iphCohort } from "./iph-cohort.ts";

// Every figure of the publication, as printed. What can't be had is in docs/synthetic-cohort.md.
const centres = iphCohort();
const children = centres.flatMap((centre) => centre.rows);

const known = (name: string): number => children.filter((child) => child[name] !== null).length;
const how = (name: string, value: Row[string] = true, among: (child: Row) => boolean = () => true): number =>
  children.filter((child) => child[name] === value && among(child)).length;
const numbers = (name: string, among: (child: Row) => boolean = () => true): readonly number[] =>
  children
    .filter(among)
    .map((child) => child[name])
    .filter((value) => typeof value === "number")
    .toSorted((a, b) => a - b);
/** Hyndman–Fan type 2 at 1/2. */
const median = (values: readonly number[]): number => {
  const [low, high] = [values[Math.ceil(values.length / 2) - 1]!, values[Math.floor(values.length / 2)]!];
  return Number(((low + high) / 2).toFixed(6));
};
const spread = (name: string): readonly number[] => {
  const values = numbers(name);
  return [median(values), values[0]!, values.at(-1)!];
};
const isTrue = (name: string) => (child: Row) => child[name] === true;
const restrictive = (child: Row) => child["spirometry"] === "restrictive";
const isPositive = (child: Row, ...names: readonly string[]) => names.some((name) => child[name] === true);

test("twelve uneven centres hold 25 children, 20 girls and 5 boys", () => {
  expect(centres.length).toBe(12);
  expect(children.length).toBe(25);
  expect([how("sex", "F"), how("sex", "M")]).toEqual([20, 5]);
  const sizes = centres.map((centre) => centre.rows.length).toSorted((a, b) => a - b);
  expect(sizes.filter((size) => size === 1).length).toBeGreaterThan(2);
  expect(sizes.at(-1)).toBe(6);
  for (const { name, rows } of centres) {
    expect(name).toMatch(/^[a-z]+$/);
    expect(new Set(rows.map((row) => row["patient_id"])).size).toBe(rows.length);
  }
});

test.each([
  ["age_dx", [4.3, 0.8, 14]],
  ["bmi", [14.75, 13.3, 25.5]],
  ["bmi_z", [-0.6, -2.46, 2.16]],
  ["hemoglobin", [7.2, 2.3, 12.4]],
  ["golde_score", [158, 52, 356]],
  ["follow_up_years", [5.5, 0.2, 14]],
])("%s has the printed median, minimum and maximum", (name, expected) => {
  expect(spread(name)).toEqual(expected);
});

test.each([
  ["hemoptysis", 11],
  ["dyspnea", 17],
  ["cough", 12],
  ["febrile_pneumonia", 11],
  ["anemia", 16],
  ["severe_anemia", 9],
  ["down_syndrome", 5],
  ["coeliac_disease", 2],
  ["arthralgia", 1],
  ["family_autoimmune", 5],
  ["family_ankylosing_polyarthritis", 2],
  ["family_coeliac_disease", 1],
  ["family_telangiectasis", 1],
  ["family_type_1_diabetes", 1],
  ["family_minkowski_chauffard", 1],
  ["twin", 2],
  ["cousin_with_iph", 1],
  ["xray_interstitial_pattern", 13],
  ["ct_interstitial_pattern", 17],
  ["ground_glass", 12],
  ["subpleural_cysts", 6],
  ["micronodules", 2],
  ["thickened_septa", 2],
  ["honeycomb", 1],
  ["traction_bronchiectasis", 1],
  ["spirometry_done", 18],
  ["biopsy_done", 8],
  ["any_autoantibody", 17],
  ["corticosteroids", 25],
  ["immunosuppressants", 13],
  ["cushing", 6],
  ["hydroxychloroquine", 10],
  ["mycophenolate", 7],
  ["azathioprine", 1],
  ["satisfactory_respiratory_outcome", 23],
  ["pulmonary_fibrosis", 1],
  ["death", 1],
  ["new_autoantibodies", 6],
  ["new_rheumatoid_factor", 3],
  ["new_ana", 2],
])("%s: %i of all 25 children", (name, expected) => {
  expect([known(name), how(name)]).toEqual([25, expected]);
});

test.each([
  ["coeliac_ig", 14, 4],
  ["cows_milk_ige", 9, 3],
  ["anca", 15, 6],
  ["ana", 11, 5],
  ["anti_smooth_muscle", 6, 3],
  ["rheumatoid_factor", 10, 2],
  ["anti_dsdna", 10, 1],
  ["anti_gbm", 9, 0],
  ["dlco_decreased", 9, 4],
  ["coeliac_ata_iga", 14, 3],
  ["coeliac_aga", 14, 1],
])("%s: %i tested, %i positive", (name, tested, positive) => {
  expect([known(name), how(name)]).toEqual([tested, positive]);
});

test.each([
  ["confirmed_by", { bal: 19, biopsy: 6 }],
  ["spirometry", { normal: 9, restrictive: 6, obstructive: 1 }],
  ["steroids_after_immunosuppressants", { stopped: 6, reduced: 7 }],
  ["steroid_outcome", { complete_recovery: 7, satisfactory_continued: 5, unsatisfactory: 13 }],
  ["anca_evolution", { disappeared: 4, decreased: 1, stable: 1 }],
])("%s is spread as printed", (name, expected) => {
  expect(Object.fromEntries(Object.keys(expected).map((code) => [code, how(name, code)]))).toEqual(expected);
  expect(known(name)).toBe(Object.values(expected).reduce((sum, count) => sum + count, 0));
});

test("7 are under 2 years, 4 over 10", () => {
  expect(numbers("age_dx").filter((age) => age < 2).length).toBe(7);
  expect(numbers("age_dx").filter((age) => age > 10).length).toBe(4);
  expect(numbers("age_dx").filter((age) => age >= 10).length).toBe(4);
});

test("9 have a hemoglobin below 7 g/dL, and severe anemia; anemia is a hemoglobin below 11", () => {
  for (const child of children) {
    expect(child["severe_anemia"]).toBe(Number(child["hemoglobin"]) < 7);
    expect(child["anemia"]).toBe(Number(child["hemoglobin"]) < 11);
  }
});

test("4 reticulocyte counts are documented, from 98,900 to 152,150", () => {
  const counts = numbers("reticulocytes");
  expect([counts.length, counts[0], counts.at(-1)]).toEqual([4, 98_900, 152_150]);
});

test("restrictive children: median vital capacities 69, 70 and 65 %, median age 9, and 37.5 % of the results", () => {
  for (const among of [restrictive, () => true])
    expect(["vc_percent", "fvc_percent", "svc_percent"].map((name) => median(numbers(name, among)))).toEqual([69, 70, 65]);
  expect(median(numbers("age_dx", restrictive))).toBe(9);
  expect(median(numbers("age_spirometry", restrictive))).toBe(9);
  expect(how("spirometry", "restrictive") / known("spirometry")).toBe(0.375);
  expect(children.filter((child) => child["spirometry"] !== null && child["spirometry_done"] !== true)).toEqual([]);
});

test("7 Golde scores, all of children confirmed by lavage; all 6 confirmed by biopsy are among the 8 biopsies", () => {
  expect(numbers("golde_score").length).toBe(7);
  expect(numbers("golde_score", (child) => child["confirmed_by"] === "bal").length).toBe(7);
  expect(how("confirmed_by", "biopsy", isTrue("biopsy_done"))).toBe(6);
});

test("of the 4 with coeliac immunoglobulins 2 have Down syndrome, 3 have ATA IgA and 1 has AGA", () => {
  const positive = isTrue("coeliac_ig");
  expect([how("down_syndrome", true, positive), how("coeliac_ata_iga", true, positive), how("coeliac_aga", true, positive)]).toEqual([
    2, 3, 1,
  ]);
});

test("any autoantibody at onset is a positive test, with cow's milk IgE or without", () => {
  const antibodies = ["coeliac_ig", "anca", "ana", "anti_smooth_muscle", "rheumatoid_factor", "anti_dsdna", "anti_gbm"];
  for (const child of children) {
    expect(child["any_autoantibody"]).toBe(isPositive(child, ...antibodies));
    expect(child["any_autoantibody"]).toBe(isPositive(child, ...antibodies, "cows_milk_ige"));
  }
});

test("the twins are of one centre, one age and one sex", () => {
  const pairs = centres.map((centre) => centre.rows.filter(isTrue("twin"))).filter((twins) => twins.length > 0);
  expect(pairs.map((twins) => twins.length)).toEqual([2]);
  expect(new Set(pairs[0]!.map((twin) => JSON.stringify([twin["age_dx"], twin["sex"], twin["diagnosis_year"]]))).size).toBe(1);
});

test("the 5 families with autoimmune disease hold the 6 listed diseases", () => {
  const diseases = Object.keys(children[0]!).filter((name) => name.startsWith("family_") && name !== "family_autoimmune");
  expect(diseases.reduce((sum, name) => sum + how(name), 0)).toBe(6);
  for (const child of children) expect(child["family_autoimmune"]).toBe(isPositive(child, ...diseases));
});

test("each of the three drugs was given among the 13 on immunosuppressants, whose corticosteroids were then stopped or reduced", () => {
  for (const child of children) {
    expect(child["immunosuppressants"]).toBe(isPositive(child, "hydroxychloroquine", "mycophenolate", "azathioprine"));
    expect(child["steroids_after_immunosuppressants"] !== null).toBe(child["immunosuppressants"]);
    expect(child["steroid_outcome"] === "unsatisfactory").toBe(child["immunosuppressants"]);
    expect(child["corticosteroids"]).toBe(isPositive(child, "methylprednisolone", "prednisone"));
  }
});

test("7 relapses among the 23 with a satisfactory respiratory outcome; fibrosis and death are the other two", () => {
  expect(how("relapse", true, isTrue("satisfactory_respiratory_outcome"))).toBe(7);
  for (const child of children) expect(child["satisfactory_respiratory_outcome"]).toBe(!isPositive(child, "pulmonary_fibrosis", "death"));
});

test("new autoantibodies are new, and the 6 with ANCA are those followed for them", () => {
  for (const child of children) {
    if (isPositive(child, "new_ana")) expect([child["ana"], child["new_autoantibodies"]]).toEqual([false, true]);
    if (isPositive(child, "new_rheumatoid_factor"))
      expect([child["rheumatoid_factor"], child["new_autoantibodies"]]).toEqual([false, true]);
    expect(child["anca_evolution"] !== null).toBe(child["anca"] === true);
  }
});

test("a sign of CT is a sign of an abnormal CT, and a decreased DLCO is below 80 %", () => {
  for (const child of children) {
    const ctSign = isPositive(
      child,
      "ground_glass",
      "subpleural_cysts",
      "micronodules",
      "thickened_septa",
      "honeycomb",
      "traction_bronchiectasis",
    );
    expect(ctSign && child["ct_interstitial_pattern"] !== true).toBe(false);
    expect(child["dlco_decreased"]).toBe(child["dlco_percent"] === null ? null : Number(child["dlco_percent"]) < 80);
  }
});

test("diagnosed from 1996 to 2012, and followed to 2012", () => {
  const years = numbers("diagnosis_year");
  expect([years[0], years.at(-1)]).toEqual([1996, 2012]);
  for (const child of children) {
    expect(Number(child["diagnosis_year"]) + Number(child["follow_up_years"])).toBeLessThan(2013);
    if (child["age_spirometry"] !== null)
      expect(Number(child["age_spirometry"])).toBeLessThanOrEqual(Number(child["age_dx"]) + Number(child["follow_up_years"]));
  }
});
