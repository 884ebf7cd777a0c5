// Opening of studies that are described by a study.toml or by options.

import { readAgreement, readMembers, resolveMember, slotDuration, studySpec } from '@consilium/client';
import { withRootSet } from './root-set.mjs';
import { studySchema } from './study-file.mjs';

/**
 * The specifications of a described study, one for each seed. Its root set is put into the blob store.
 *
 * @param {Chain} chain
 * @param {object} described as `describeStudy` returns it; hospitals and parties by name or address
 * @param {number[]} [seeds]
 */
export async function specsOf(chain, described, seeds) {
  const members = await readMembers(chain);
  const accounts = (texts) => texts?.map((text) => resolveMember(members, text));
  const { scheme = studySchema.properties.scheme.default, ...description } = withRootSet(described);
  const hospitals =
    accounts(description.hospitals) ?? (await readAgreement(chain, description.agreement)).parties;
  const parties = accounts(scheme.committee?.parties);
  const aggregation = scheme.committee ? { committee: { ...scheme.committee, parties } } : scheme;
  const { seed = studySchema.properties.seed.default } = description;
  const slot = await slotDuration(chain);
  return (seeds ?? [seed]).map((one) =>
    studySpec(studySchema, { ...description, hospitals, scheme: aggregation, seed: one }, slot),
  );
}
