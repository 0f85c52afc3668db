/** The 25 children are numbered by age at diagnosis; every list below holds such numbers. */
const ALL: readonly number[] = Array.from({ length: 25 }, (_, i) => i + 1);

/** The centres and which children they follow: an invented allocation. */
export const CHILDREN_OF: Readonly<Record<string, readonly number[]>> = {
  paris: [6, 1, 20, 12, 25, 15],
  lyon: [9, 10, 3, 22],
  lille: [13, 4, 19],
  marseille: [17, 7],
  bordeaux: [5, 23],
  toulouse: [24, 11],
  nantes: [2],
  rennes: [8],
  strasbourg: [14],
  creteil: [16],
  tours: [18],
  rouen: [21],
};

/** A yes or no of the children `known` (everybody unless said), yes for those in `yes`. */
export interface YesNoFact {
  readonly yes: readonly number[];
  readonly known: readonly number[];
}

const fact = (yes: readonly number[], known: readonly number[] = ALL): YesNoFact => ({ yes, known });

const coeliacTested = [1, 2, 5, 7, 11, 12, 13, 15, 16, 18, 20, 21, 22, 24];
const satisfactory = ALL.filter((child) => child !== 24 && child !== 25);
const diffusionMeasured = [16, 17, 18, 19, 20, 21, 22, 23, 24];

export const YES_NO: Readonly<Record<string, YesNoFact>> = {
  down_syndrome: fact([2, 5, 11, 16, 20]),
  coeliac_disease: fact([5, 22]),
  arthralgia: fact([15]),
  family_autoimmune: fact([3, 7, 12, 16, 23]),
  family_ankylosing_polyarthritis: fact([3, 16]),
  family_coeliac_disease: fact([7]),
  family_telangiectasis: fact([12]),
  family_type_1_diabetes: fact([23]),
  family_minkowski_chauffard: fact([12]),
  twin: fact([9, 10]),
  cousin_with_iph: fact([8]),

  hemoptysis: fact([4, 7, 9, 12, 15, 16, 18, 19, 21, 23, 25]),
  dyspnea: fact([1, 2, 3, 4, 6, 7, 8, 10, 11, 12, 13, 15, 17, 19, 20, 22, 24]),
  cough: fact([1, 3, 5, 8, 10, 13, 14, 16, 18, 21, 23, 25]),
  febrile_pneumonia: fact([1, 2, 5, 6, 8, 11, 13, 14, 17, 20, 24]),
  anemia: fact([1, 2, 4, 6, 7, 9, 10, 11, 12, 15, 16, 17, 19, 20, 22, 24]),
  severe_anemia: fact([2, 4, 6, 7, 9, 12, 15, 17, 20]),

  xray_interstitial_pattern: fact([1, 2, 4, 6, 7, 9, 12, 15, 17, 19, 20, 22, 24]),
  ct_interstitial_pattern: fact([1, 2, 4, 6, 7, 8, 9, 10, 12, 13, 15, 17, 19, 20, 22, 24, 25]),
  ground_glass: fact([1, 2, 4, 6, 7, 9, 12, 15, 17, 19, 20, 25]),
  subpleural_cysts: fact([2, 8, 10, 13, 20, 24]),
  micronodules: fact([13, 22]),
  thickened_septa: fact([15, 24]),
  honeycomb: fact([24]),
  traction_bronchiectasis: fact([24]),

  spirometry_done: fact(ALL.filter((child) => child >= 8)),
  dlco_decreased: fact([17, 20, 22, 24], diffusionMeasured),
  biopsy_done: fact([1, 4, 8, 15, 19, 20, 22, 25]),

  coeliac_ig: fact([5, 11, 13, 22], coeliacTested),
  coeliac_ata_iga: fact([5, 13, 22], coeliacTested),
  coeliac_aga: fact([11], coeliacTested),
  cows_milk_ige: fact([3, 4, 7], [1, 2, 3, 4, 5, 7, 8, 9, 11]),
  anca: fact([4, 7, 12, 15, 19, 25], [1, 3, 4, 6, 7, 9, 10, 12, 14, 15, 17, 19, 21, 23, 25]),
  ana: fact([6, 8, 12, 17, 20], [2, 4, 6, 8, 12, 14, 16, 17, 18, 20, 23]),
  anti_smooth_muscle: fact([3, 17, 23], [3, 8, 12, 17, 18, 23]),
  rheumatoid_factor: fact([9, 15], [1, 4, 6, 9, 10, 14, 15, 19, 21, 24]),
  anti_dsdna: fact([20], [2, 6, 8, 12, 14, 16, 17, 18, 20, 23]),
  anti_gbm: fact([], [3, 4, 7, 9, 12, 15, 19, 21, 25]),
  any_autoantibody: fact([3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15, 17, 19, 20, 22, 23, 25]),

  corticosteroids: fact(ALL),
  methylprednisolone: fact([2, 4, 6, 7, 9, 12, 15, 17, 18, 19, 20, 22, 24, 25]),
  prednisone: fact(ALL.filter((child) => child !== 18)),
  immunosuppressants: fact([2, 4, 6, 7, 9, 12, 15, 17, 19, 20, 22, 24, 25]),
  hydroxychloroquine: fact([2, 4, 6, 7, 9, 12, 15, 17, 19, 22]),
  mycophenolate: fact([12, 17, 19, 20, 22, 24, 25]),
  azathioprine: fact([24]),
  cushing: fact([4, 11, 14, 17, 19, 22]),

  satisfactory_respiratory_outcome: fact(satisfactory),
  relapse: fact([4, 5, 6, 9, 15, 17, 19], satisfactory),
  pulmonary_fibrosis: fact([24]),
  death: fact([25]),
  new_autoantibodies: fact([4, 6, 10, 14, 18, 24]),
  new_rheumatoid_factor: fact([6, 14, 24]),
  new_ana: fact([4, 18]),
};

/** Which children have each code; a child in none of the lists is not known. */
export const CODES: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = {
  sex: { M: [3, 8, 14, 19, 23], F: ALL.filter((child) => ![3, 8, 14, 19, 23].includes(child)) },
  spirometry: {
    normal: [10, 11, 12, 13, 14, 15, 16, 18, 23],
    restrictive: [17, 19, 20, 21, 22, 24],
    obstructive: [25],
  },
  confirmed_by: { biopsy: [1, 8, 15, 19, 22, 25], bal: ALL.filter((child) => ![1, 8, 15, 19, 22, 25].includes(child)) },
  steroids_after_immunosuppressants: { stopped: [2, 6, 9, 12, 17, 20], reduced: [4, 7, 15, 19, 22, 24, 25] },
  steroid_outcome: {
    complete_recovery: [1, 3, 8, 10, 13, 16, 21],
    satisfactory_continued: [5, 11, 14, 18, 23],
    unsatisfactory: [2, 4, 6, 7, 9, 12, 15, 17, 19, 20, 22, 24, 25],
  },
  anca_evolution: { disappeared: [4, 7, 12, 15], decreased: [19], stable: [25] },
};
