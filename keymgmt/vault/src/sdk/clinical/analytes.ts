/**
 * What a substance needs for its values to be converted: its molar mass, its charge, or a convention of its own.
 *
 * LOINC gives a substance one code for each property, so `mg/dL` and `mmol/L` of one analyte in one specimen arrive under
 * two codes (or, from laboratories that change only the unit, under one). Codes of other specimens, and of other methods
 * where methods do not agree, are other analytes.
 *
 * Molar masses are the sums of IUPAC's abridged standard atomic weights (2021) over the formula named beside them. Tests
 * hold them against the conversion factors that laboratories use (AMA Manual of Style, 11th edition, table 17.5-1).
 */

/** One measurand: a substance in a specimen, whatever property its codes measure it by. */
export interface Analyte {
  /** LOINC codes that measure it. */
  readonly codes: readonly string[];
  /** Milligrams of one mole, null where mass and amount are not converted. */
  readonly molarMass: number | null;
  /** Charge of the ion, by which equivalents are moles; null where it is none. */
  readonly charge: number | null;
  /** Whether `%` is HbA1c as NGSP gives it, which is not a hundredth of IFCC's mmol/mol. */
  readonly ngsp: boolean;
}

function substance(molarMass: number, ...codes: readonly string[]): Analyte {
  return { codes, molarMass, charge: null, ngsp: false };
}

function ion(charge: number, molarMass: number | null, ...codes: readonly string[]): Analyte {
  return { codes, molarMass, charge, ngsp: false };
}

const GLUCOSE = 180_156; // C6H12O6
const CHOLESTEROL = 386_664; // C27H46O
const TRIOLEIN = 885_453; // C57H104O6: laboratories count all triglycerides as this one.
const CREATININE = 113_120; // C4H7N3O
const BILIRUBIN = 584_673; // C33H36N4O6
// One subunit with its haem, as laboratories count: Hb(Fe), 16,114.5 g/mol (ICSH, Recommendations for reference method
// for haemoglobinometry in human blood, 1995).
const HAEMOGLOBIN_SUBUNIT = 16_114_500;

const ANALYTES: readonly Analyte[] = [
  substance(GLUCOSE, '2345-7', '14749-6'), // in serum or plasma
  substance(GLUCOSE, '1558-6', '14771-0'), // fasting, in serum or plasma
  substance(GLUCOSE, '2339-0', '15074-8'), // in blood
  substance(CHOLESTEROL, '2093-3', '14647-2'),
  substance(CHOLESTEROL, '2085-9', '14646-4'), // in HDL
  substance(CHOLESTEROL, '2089-1', '22748-8'), // in LDL
  substance(CHOLESTEROL, '13457-7', '39469-2'), // in LDL, calculated
  substance(CHOLESTEROL, '18262-6', '69419-0'), // in LDL, direct assay
  substance(CHOLESTEROL, '43396-1', '70204-3'), // not in HDL
  substance(TRIOLEIN, '2571-8', '14927-8'),
  substance(CREATININE, '2160-0', '14682-9'), // in serum or plasma
  substance(CREATININE, '38483-4', '59826-8'), // in blood
  substance(HAEMOGLOBIN_SUBUNIT, '718-7', '59260-0'),
  substance(168_112, '3084-1', '14933-6'), // urate, counted as uric acid C5H4N4O3
  substance(60_056, '3091-6', '22664-7'), // urea CH4N2O; urea nitrogen is another measurand
  substance(BILIRUBIN, '1975-2', '14631-6'), // total
  substance(BILIRUBIN, '1968-7', '14629-0'), // direct
  substance(55_845, '2498-4', '14798-3'), // iron
  substance(30_974, '2777-1', '14879-1'), // phosphate, whose mass laboratories give as phosphorus
  substance(400_647, '1989-3', '14635-7'), // 25-hydroxyvitamin D3, C27H44O2
  substance(1_355_388, '2132-9', '14685-2'), // vitamin B12 as cyanocobalamin, C63H88CoN14O14P
  ion(2, 40_078, '17861-6', '2000-8'), // calcium
  ion(2, 24_305, '19123-9', '2601-3'), // magnesium
  ion(1, null, '2951-2'), // sodium in serum or plasma
  ion(1, null, '2947-0'), // sodium in blood
  ion(1, null, '2823-3'), // potassium in serum or plasma
  ion(1, null, '6298-4'), // potassium in blood
  ion(1, null, '2075-0'), // chloride in serum or plasma
  ion(1, null, '2069-3'), // chloride in blood
  ion(1, null, '1963-8'), // bicarbonate
  { codes: ['4548-4', '17856-6', '59261-8'], molarMass: null, charge: null, ngsp: true }, // HbA1c
];

const BY_CODE: ReadonlyMap<string, Analyte> = new Map(
  ANALYTES.flatMap((analyte) => analyte.codes.map((code) => [code, analyte] as const)),
);

/** The analyte that a LOINC code measures, null where none is known here. */
export function analyteOf(loinc: string): Analyte | null {
  return BY_CODE.get(loinc) ?? null;
}
