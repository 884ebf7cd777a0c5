// Messages of nodes, hospitals, key management entities and the chain that the tests expect, in one place.

export const PATTERNS = {
  /** `hospital check` and the hospital's log. */
  missingColumn: /line 1: no column `age` in the header/,
  notANumber: /line 5, column `heart_rate`: .*not a number/,
  unknownLabel: /line 2, column `readmitted`: .*not one of the declared values/,
  emptyRecords: /is empty; expected a header line/,
  doesNotStart: /unknown-key\.toml does not start/,
  panic: /panicked at/,
  noKeyFromBob:
    /no key from quantum key distribution with sae-bob: .*QBER \.2\d\d above what can be corrected/,
  noAnswerOfKme:
    /no key from quantum key distribution with sae-\w+: .*(gave no whole answer|cannot serve now)/,
  /** Key management entities. */
  eavesdropping: /QBER \.2\d\d above what can be corrected: eavesdropping\?/,
  keysDelivered: /keys_delivered/,
  /** `hospital keys rotate`. */
  nextSteps: /previous_ml_kem_768/,
  /** JSON-RPC. */
  noStudy: /there is no study 4000000000/,
  roundsFromOne: /rounds count from 1/,
  subjectForms: /expected hospital\/<SS58 address>/,
  wrongAddress: /(not an?|no) SS58 address/,
  limit: /from 1 to 256/,
  noStudySubject: /there is no study\/4000000000/,
  noAgreementSubject: /there is no agreement\/4000000000/,
  /** Errors of pallets, by their documentation. */
  rangeTooLarge: /rounds\.RangeTooLarge: .*fewer fractional bits/,
};
