import { type Dataset, datasetSchema } from "../dataset.ts";
import { always, amount, type Entry, oneOf, yesNo } from "./entries.ts";

const demographics: Record<string, Entry> = {
  sex: always(oneOf("Sex", "Sexe", { F: ["Girls", "Filles"], M: ["Boys", "Garçons"] }, "NCIT:C28421")),
  diagnosis_year: always(amount("Year of diagnosis", "Année du diagnostic", "a", [1990, 2040, 1], [2000, 2005, 2010])),
  age_dx: always(amount("Age at diagnosis", "Âge au diagnostic", "a", [0, 18, 0.1], [2, 5, 10], "NCIT:C156420")),
  bmi: amount("Body mass index", "Indice de masse corporelle", "kg/m2", [8, 40, 0.1], []),
  bmi_z: amount("Body mass index, z score", "Indice de masse corporelle, z-score", "{Zscore}", [-6, 6, 0.01], [-2, 0, 2]),
};

const history: Record<string, Entry> = {
  down_syndrome: yesNo("Down syndrome", "Trisomie 21", "ORPHA:870", "MONDO:0008608"),
  coeliac_disease: yesNo("Coeliac disease", "Maladie cœliaque", "HP:0002608", "MONDO:0005130"),
  arthralgia: yesNo("Arthralgia", "Arthralgies", "HP:0002829"),
  family_autoimmune: yesNo("Family history of autoimmune disease", "Antécédents familiaux de maladie auto-immune"),
  family_ankylosing_polyarthritis: yesNo("Family: ankylosing polyarthritis", "Famille : polyarthrite ankylosante"),
  family_coeliac_disease: yesNo("Family: coeliac disease", "Famille : maladie cœliaque"),
  family_telangiectasis: yesNo("Family: telangiectasis", "Famille : télangiectasies"),
  family_type_1_diabetes: yesNo("Family: type 1 diabetes", "Famille : diabète de type 1"),
  family_minkowski_chauffard: yesNo("Family: Minkowski-Chauffard disease", "Famille : maladie de Minkowski-Chauffard"),
  twin: yesNo("Twin", "Jumeau ou jumelle"),
  cousin_with_iph: yesNo("Cousin with the disease", "Cousin atteint de la maladie"),
};

const signs: Record<string, Entry> = {
  hemoptysis: yesNo("Hemoptysis", "Hémoptysie", "HP:0002105"),
  dyspnea: yesNo("Dyspnea", "Dyspnée", "HP:0002094"),
  cough: yesNo("Cough", "Toux", "HP:0012735"),
  febrile_pneumonia: yesNo("Febrile pneumonia", "Pneumonie fébrile", "HP:0002090", "HP:0001945"),
  anemia: yesNo("Anemia", "Anémie", "HP:0001903"),
  severe_anemia: yesNo("Severe anemia (hemoglobin below 7 g/dL)", "Anémie sévère (hémoglobine sous 7 g/dL)"),
  hemoglobin: amount("Hemoglobin", "Hémoglobine", "g/dL", [0, 25, 0.1], [7, 11], "LOINC:718-7"),
  reticulocytes: amount("Reticulocytes", "Réticulocytes", "/mm3", [0, 400_000, 50], [], "LOINC:14196-0"),
};

const imaging: Record<string, Entry> = {
  xray_interstitial_pattern: yesNo("Chest X-ray: interstitial pattern", "Radiographie : syndrome interstitiel"),
  ct_interstitial_pattern: yesNo("CT: interstitial pattern", "Scanner : syndrome interstitiel"),
  ground_glass: yesNo("CT: ground glass", "Scanner : verre dépoli", "HP:0025179"),
  subpleural_cysts: yesNo("CT: subpleural cysts", "Scanner : kystes sous-pleuraux"),
  micronodules: yesNo("CT: micronodules", "Scanner : micronodules"),
  thickened_septa: yesNo("CT: thickened septa", "Scanner : épaississement des septa", "HP:0030879"),
  honeycomb: yesNo("CT: honeycomb lung", "Scanner : rayon de miel", "HP:0025175"),
  traction_bronchiectasis: yesNo("CT: traction bronchiectasis", "Scanner : bronchectasies de traction"),
};

const lungFunction: Record<string, Entry> = {
  spirometry_done: yesNo("Spirometry done", "Spirométrie réalisée"),
  age_spirometry: amount("Age at spirometry", "Âge à la spirométrie", "a", [0, 40, 0.1], [5, 10]),
  spirometry: oneOf(
    "Spirometry, result",
    "Spirométrie, résultat",
    {
      normal: ["Normal", "Normale"],
      restrictive: ["Restrictive defect", "Déficit restrictif"],
      obstructive: ["Obstructive defect", "Déficit obstructif"],
    },
    "HP:0002091",
    "HP:0006536",
  ),
  vc_percent: amount("Vital capacity, percent predicted", "Capacité vitale, % de la théorique", "%", [0, 200, 1], [80], "LOINC:98088-8"),
  fvc_percent: amount(
    "Forced vital capacity, percent predicted",
    "Capacité vitale forcée, % de la théorique",
    "%",
    [0, 200, 1],
    [80],
    "LOINC:19872-1",
  ),
  svc_percent: amount("Slow vital capacity, percent predicted", "Capacité vitale lente, % de la théorique", "%", [0, 200, 1], [80]),
  dlco_percent: amount("DLCO, percent predicted", "DLCO, % de la théorique", "%", [0, 200, 1], [80], "LOINC:98130-8"),
  dlco_decreased: yesNo("DLCO decreased", "DLCO diminuée", "HP:0045051"),
};

const confirmation: Record<string, Entry> = {
  confirmed_by: oneOf("Diagnosis confirmed by", "Diagnostic confirmé par", {
    bal: ["Bronchoalveolar lavage", "Lavage broncho-alvéolaire"],
    biopsy: ["Lung biopsy", "Biopsie pulmonaire"],
  }),
  biopsy_done: yesNo("Lung biopsy done", "Biopsie pulmonaire réalisée"),
  golde_score: amount("Golde score of the lavage", "Score de Golde du lavage", "{score}", [0, 400, 1], [20, 100]),
};

const serology: Record<string, Entry> = {
  coeliac_ig: yesNo("Coeliac disease immunoglobulins", "Immunoglobulines de la maladie cœliaque"),
  coeliac_ata_iga: yesNo("Anti-transglutaminase IgA", "IgA anti-transglutaminase", "HP:0033563", "LOINC:31017-7"),
  coeliac_aga: yesNo("Anti-gliadin antibodies", "Anticorps anti-gliadine", "HP:4000029"),
  cows_milk_ige: yesNo("Cow's milk IgE", "IgE anti-lait de vache"),
  anca: yesNo("ANCA", "ANCA", "HP:0003453", "LOINC:17351-8"),
  ana: yesNo("Antinuclear antibodies", "Anticorps antinucléaires", "HP:0003493", "LOINC:8061-4"),
  anti_smooth_muscle: yesNo("Anti-smooth muscle antibodies", "Anticorps anti-muscle lisse", "HP:0003262", "LOINC:14252-1"),
  rheumatoid_factor: yesNo("Rheumatoid factor", "Facteur rhumatoïde", "HP:0002923", "LOINC:11572-5"),
  anti_dsdna: yesNo("Anti-dsDNA antibodies", "Anticorps anti-ADN double brin", "HP:0020151", "LOINC:31348-6"),
  anti_gbm: yesNo("Anti-GBM antibodies", "Anticorps anti-membrane basale glomérulaire", "HP:0033030", "LOINC:49774-3"),
  any_autoantibody: yesNo("Any autoantibody at onset", "Au moins un auto-anticorps au début", "HP:0030057"),
};

const treatment: Record<string, Entry> = {
  corticosteroids: yesNo("Corticosteroids", "Corticoïdes", "ATC:H02AB04", "ATC:H02AB06", "ATC:H02AB07"),
  methylprednisolone: yesNo("Methylprednisolone", "Méthylprednisolone", "ATC:H02AB04"),
  prednisone: yesNo("Prednisone or prednisolone", "Prednisone ou prednisolone", "ATC:H02AB07", "ATC:H02AB06"),
  immunosuppressants: yesNo("Immunosuppressants", "Immunosuppresseurs"),
  hydroxychloroquine: yesNo("Hydroxychloroquine", "Hydroxychloroquine", "ATC:P01BA02"),
  mycophenolate: yesNo("Mycophenolate", "Mycophénolate", "ATC:L04AA06"),
  azathioprine: yesNo("Azathioprine", "Azathioprine", "ATC:L04AX01"),
  cushing: yesNo("Cushing syndrome", "Syndrome de Cushing"),
  steroids_after_immunosuppressants: oneOf("Corticosteroids after immunosuppressants", "Corticoïdes après immunosuppresseurs", {
    stopped: ["Stopped", "Arrêtés"],
    reduced: ["Reduced", "Diminués"],
  }),
};

const outcome: Record<string, Entry> = {
  follow_up_years: amount("Follow-up", "Suivi", "a", [0, 30, 0.1], [1, 5, 10]),
  steroid_outcome: oneOf("Outcome on corticosteroids", "Évolution sous corticoïdes", {
    complete_recovery: ["Complete recovery", "Guérison complète"],
    satisfactory_continued: ["Satisfactory, treatment continued", "Satisfaisante, traitement poursuivi"],
    unsatisfactory: ["Unsatisfactory", "Insuffisante"],
  }),
  satisfactory_respiratory_outcome: yesNo("Satisfactory respiratory outcome", "Évolution respiratoire satisfaisante"),
  relapse: yesNo("Relapse", "Rechute"),
  pulmonary_fibrosis: yesNo("Pulmonary fibrosis", "Fibrose pulmonaire", "HP:0002206"),
  death: yesNo("Death", "Décès"),
  new_autoantibodies: yesNo("New autoantibodies during follow-up", "Nouveaux auto-anticorps au cours du suivi"),
  new_rheumatoid_factor: yesNo("New rheumatoid factor", "Nouveau facteur rhumatoïde"),
  new_ana: yesNo("New antinuclear antibodies", "Nouveaux anticorps antinucléaires"),
  anca_evolution: oneOf("Evolution of ANCA", "Évolution des ANCA", {
    disappeared: ["Disappeared", "Disparus"],
    decreased: ["Decreased", "Diminués"],
    stable: ["Stable", "Stables"],
  }),
};

/**
 * Idiopathic pulmonary hemosiderosis in children: history, signs, imaging, lung function, lavage and biopsy, immunology,
 * treatment and outcome. A test that was not done is missing, which is never the same as negative. A child is entered at the diagnosis: sex, year and
 * age at it are never missing.
 */
export const IPH: Dataset = datasetSchema.parse({
  id: "iph",
  version: 1,
  title: { en: "Idiopathic pulmonary hemosiderosis", fr: "Hémosidérose pulmonaire idiopathique" },
  key: "patient_id",
  terms: ["ORPHA:99931", "MONDO:0008346"],
  variables: {
    ...demographics,
    ...history,
    ...signs,
    ...imaging,
    ...lungFunction,
    ...confirmation,
    ...serology,
    ...treatment,
    ...outcome,
  },
});
