/**
 * Classes of drugs that allergies are recorded against, by the stems of their international names (WHO INN stems).
 *
 * Small on purpose: it finds what is dangerous and common, and a page that shows a hint says that its absence means
 * nothing. Cross-reactions between classes are not guessed.
 */

/** A class: what the allergy is called, and the stems and names of the drugs in it. */
interface DrugClass {
  readonly name: string;
  readonly allergy: readonly RegExp[];
  readonly drugs: readonly RegExp[];
}

const CLASSES: readonly DrugClass[] = [
  {
    name: 'penicillins',
    allergy: [/^peni[cz]illin/, /cillin(?:e|um)?$/, /^beta/, /^betalactam/],
    drugs: [/cillin(?:e|um|a)?$/, /^augmentin/, /^co-?amoxiclav/, /^amoxiclav/, /^piperacillin/],
  },
  { name: 'cephalosporins', allergy: [/^[ck]e(?:f|ph)alospor/, /^cef/], drugs: [/^cef/, /^ceph/] },
  {
    name: 'sulfonamides',
    allergy: [/^sul(?:f|ph)onamid/, /^sul(?:f|ph)a$/, /^sul(?:f|ph)ameth/, /^cotrimoxazol/],
    drugs: [/^sul(?:f|ph)(?:a|i)(?!t)/, /^co-?trimoxazol/, /^cotrim/, /^bactrim/],
  },
  { name: 'macrolides', allergy: [/^ma[ck]rolid/, /thromycin$/], drugs: [/thromycin$/] },
  { name: 'quinolones', allergy: [/^(?:fluoro)?[qc]h?inolon/, /floxacin$/], drugs: [/floxacin$/] },
  {
    name: 'tetracyclines',
    allergy: [/^tetra[cz]y[ck]lin/, /cyclin(?:e)?$/, /zyklin$/],
    drugs: [/cyclin(?:e)?$/, /zyklin$/],
  },
  {
    name: 'nsaids',
    allergy: [/^nsai[dr]/, /^ibuprofen/, /^aspirin/, /^acetylsalicyl/, /^diclofenac/, /^naproxen/],
    drugs: [/profen$/, /fenac$/, /oxicam$/, /^naproxen/, /^aspirin/, /^acetylsalicyl/, /^indomet/, /^ketorolac/],
  },
  {
    name: 'opioids',
    allergy: [/^opioid/, /^opiat/, /^morphin/, /^codein/, /^kodein/],
    drugs: [/^morphin/, /^codein/, /^kodein/, /codone?$/, /morphone?$/, /^tramadol/, /^fentanyl/],
  },
  { name: 'statins', allergy: [/^statin/, /vastatin$/], drugs: [/vastatin$/] },
  { name: 'ace inhibitors', allergy: [/^ace$/, /pril$/], drugs: [/pril(?:at)?$/] },
  { name: 'heparins', allergy: [/^heparin/], drugs: [/parin$/] },
  { name: 'local anaesthetics', allergy: [/caine?$/, /^lokalan/], drugs: [/caine?$/] },
  { name: 'insulins', allergy: [/^insulin/], drugs: [/^insulin/] },
];

/** Return the classes a drug's words are of. */
export function drugClasses(words: readonly string[]): string[] {
  return CLASSES.filter(({ drugs }) => words.some((word) => drugs.some((stem) => stem.test(word)))).map(
    ({ name }) => name,
  );
}

/** Return the classes an allergy's words are against. */
export function allergyClasses(words: readonly string[]): string[] {
  return CLASSES.filter(({ allergy }) => words.some((word) => allergy.some((stem) => stem.test(word)))).map(
    ({ name }) => name,
  );
}
