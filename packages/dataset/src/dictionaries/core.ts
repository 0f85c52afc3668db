import { type Dataset, datasetSchema } from "../dataset.ts";
import { always, amount, type Entry, oneOf, yesNo } from "./entries.ts";

const percentPredicted = [0, 200, 1] as const;
const zScore = [-6, 6, 0.1] as const;

const demographics: Record<string, Entry> = {
  sex: always(oneOf("Sex", "Sexe", { F: ["Female", "Féminin"], M: ["Male", "Masculin"] }, "NCIT:C28421")),
  birth_year: always(amount("Year of birth", "Année de naissance", "a", [1900, 2040, 1], [1980, 1990, 2000, 2010, 2020])),
  age_onset: amount("Age at first symptoms", "Âge aux premiers symptômes", "a", [0, 100, 0.1], [1, 2, 5, 10, 18], "NCIT:C124353"),
  age_dx: amount("Age at diagnosis", "Âge au diagnostic", "a", [0, 100, 0.1], [1, 2, 5, 10, 18], "NCIT:C156420"),
  // Whoever is in the registry is in it for a diagnosis; when it was made may not be known.
  diagnosis: always(
    oneOf("Diagnosis", "Diagnostic", {
      iph: ["Idiopathic pulmonary hemosiderosis", "Hémosidérose pulmonaire idiopathique"],
      heiner: ["Heiner syndrome", "Syndrome de Heiner"],
      secondary_hemosiderosis: ["Secondary pulmonary hemosiderosis", "Hémosidérose pulmonaire secondaire"],
      surfactant: ["Disorder of surfactant metabolism", "Anomalie du métabolisme du surfactant"],
      proteinosis: ["Pulmonary alveolar proteinosis", "Protéinose alvéolaire pulmonaire"],
      ciliary: ["Primary ciliary dyskinesia", "Dyskinésie ciliaire primitive"],
      bronchiolitis_obliterans: ["Bronchiolitis obliterans", "Bronchiolite oblitérante"],
      other: ["Other", "Autre"],
    }),
  ),
};

const history: Record<string, Entry> = {
  preterm: yesNo("Preterm birth (before 37 weeks)", "Naissance prématurée (avant 37 semaines)"),
  consanguinity: yesNo("Parents related", "Parents apparentés"),
  family_lung_disease: yesNo("Lung disease in the family", "Maladie pulmonaire dans la famille"),
  family_autoimmune: yesNo("Autoimmune disease in the family", "Maladie auto-immune dans la famille"),
  down_syndrome: yesNo("Down syndrome", "Trisomie 21", "ORPHA:870", "MONDO:0008608"),
  smoke_exposure: yesNo("Exposure to tobacco smoke", "Exposition au tabac"),
  genetic_diagnosis: yesNo("Genetic diagnosis", "Diagnostic génétique"),
};

const atDiagnosis: Record<string, Entry> = {
  height_z: amount("Height, z score", "Taille, z-score", "{Zscore}", zScore, [-2, 0, 2]),
  weight_z: amount("Weight, z score", "Poids, z-score", "{Zscore}", zScore, [-2, 0, 2]),
  dyspnea: yesNo("Dyspnea", "Dyspnée", "HP:0002094"),
  cough: yesNo("Cough", "Toux", "HP:0012735"),
  hemoptysis: yesNo("Hemoptysis", "Hémoptysie", "HP:0002105"),
  oxygen_saturation: amount("Oxygen saturation in room air", "Saturation en oxygène en air ambiant", "%", [50, 100, 1], [90, 92, 95]),
  hemoglobin: amount("Hemoglobin", "Hémoglobine", "g/dL", [0, 25, 0.1], [7, 11], "LOINC:718-7"),
  fvc_percent: amount(
    "Forced vital capacity, percent predicted",
    "Capacité vitale forcée, % de la théorique",
    "%",
    percentPredicted,
    [80],
    "LOINC:19872-1",
  ),
  fev1_percent: amount("FEV1, percent predicted", "VEMS, % de la théorique", "%", percentPredicted, [80], "LOINC:20152-5"),
  dlco_percent: amount("DLCO, percent predicted", "DLCO, % de la théorique", "%", percentPredicted, [80], "LOINC:98130-8"),
  ct_done: yesNo("Chest CT done", "Scanner thoracique réalisé"),
  lavage_done: yesNo("Bronchoalveolar lavage done", "Lavage broncho-alvéolaire réalisé"),
  biopsy_done: yesNo("Lung biopsy done", "Biopsie pulmonaire réalisée"),
};

const followUp: Record<string, Entry> = {
  follow_up_years: amount("Follow-up", "Suivi", "a", [0, 60, 0.1], [1, 5, 10]),
  corticosteroids: yesNo("Corticosteroids", "Corticoïdes", "ATC:H02AB04", "ATC:H02AB06", "ATC:H02AB07"),
  immunosuppressants: yesNo("Immunosuppressants", "Immunosuppresseurs"),
  hydroxychloroquine: yesNo("Hydroxychloroquine", "Hydroxychloroquine", "ATC:P01BA02"),
  oxygen_therapy: yesNo("Oxygen therapy", "Oxygénothérapie"),
  ventilation: oneOf("Ventilation", "Ventilation", {
    none: ["None", "Aucune"],
    non_invasive: ["Non-invasive", "Non invasive"],
    invasive: ["Invasive", "Invasive"],
  }),
  pulmonary_fibrosis: yesNo("Pulmonary fibrosis", "Fibrose pulmonaire", "HP:0002206"),
  lung_transplant: yesNo("Lung transplant", "Greffe pulmonaire"),
  vital_status: oneOf("Status at last news", "Statut aux dernières nouvelles", {
    alive: ["Alive", "En vie"],
    dead: ["Dead", "Décès"],
    lost: ["Lost to follow-up", "Perdu de vue"],
  }),
};

/** What every rare lung disease has in common: demographics, history, first findings and follow-up. */
export const CORE: Dataset = datasetSchema.parse({
  id: "core",
  version: 1,
  title: { en: "Rare lung diseases, common core", fr: "Maladies pulmonaires rares, socle commun" },
  key: "patient_id",
  variables: { ...demographics, ...history, ...atDiagnosis, ...followUp },
});
