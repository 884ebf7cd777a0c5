//! Rounds with a committee.

mod aggregating;
mod attesting;
mod checking;
mod disputes;
mod opening;
mod presence;
mod properties;
mod retention;
mod revealing;
mod worker;

use crate::{mock::*, Committees};
use codec::Encode;
use consilium_primitives::{
	commitment::{signing_payload, BlobReference, Blobs, Commitment, Packages, Suite, Suites},
	committee::{
		challenge::nonce_commitment,
		field::PrimeField,
		posts::{self, Answer, Answers, Check, Checks, Judgements, Kind, Signed},
		progress::{CommitteeProgress, NamedParty, PartyFault},
		Committee, Direction,
	},
	fixed_point::Decimal,
	study::{AggregationScheme, Phase, RoundKey, StudySpec, UpdateFault},
	BoundedVec, StudyId, H256,
};
use fips204::traits::Signer;
use sp_runtime::{AccountId32, DispatchResult};

/// Four parties, one of which may lie; the hospitals of [`spec`] in the same order.
pub fn committee() -> Committee<AccountId32> {
	Committee {
		threshold: 1,
		parties: accounts(&PARTIES),
		field: PrimeField::Mersenne61,
		direction: Direction::Off,
		projections: 0,
		weakest_suite: Suite::MlKem768,
		step_blocks: PHASE,
	}
}

pub fn with(committee: Committee<AccountId32>) -> StudySpec<AccountId32> {
	StudySpec { scheme: AggregationScheme::Committee(committee), ..spec() }
}

pub fn sign(who: u8, payload: &[u8]) -> BoundedVec<u8, consilium_primitives::ConstU32<3309>> {
	let signature = key_pair(who).1.try_sign_with_seed(&[0; 32], payload, &[]).unwrap();
	BoundedVec::truncate_from(signature.to_vec())
}

/// What a member posts, signed.
pub fn post<Content: Encode>(who: u8, kind: Kind, key: RoundKey, content: Content) -> Box<Signed<Content>> {
	let sender = account(who).into();
	let payload = posts::signing_payload(kind, System::block_hash(0), key, &sender, &content);
	Box::new(Signed { content, signature: sign(who, &payload) })
}

pub fn package(hospital: u8, party: u8) -> H256 {
	H256([[hospital; 16], [party; 16]].concat().try_into().unwrap())
}

/// Where a hospital's sealed package for a party is.
pub fn blob(hospital: u8, party: u8) -> BlobReference {
	let published = published(hospital, party);
	BlobReference { length: suite(party).blob_length(published.length), ..published }
}

/// Where a hospital's package for a party is once it is published in the clear.
pub fn published(hospital: u8, party: u8) -> BlobReference {
	let length = committee().package_lengths(14)[usize::from(party) - 1];
	BlobReference { hash: package(party, hospital), length }
}

/// How a package for a party is sealed: not all in one way.
pub fn suite(party: u8) -> Suite {
	if party == 2 {
		Suite::MlKem768
	} else {
		Suite::QkdMlKem768
	}
}

/// A hospital's shares, over 100 records for each of its number.
pub fn dealing(hospital: u8, key: RoundKey) -> Commitment {
	let points = 1..=committee().parties.len() as u8;
	let blobs = Blobs::truncate_from(points.clone().map(|point| blob(hospital, point)).collect());
	let packages = Packages::truncate_from(points.clone().map(|point| package(hospital, point)).collect());
	let examples = u32::from(hospital) * 100;
	let suites = Suites::truncate_from(points.map(suite).collect());
	let sender = account(hospital).into();
	let genesis = System::block_hash(0);
	let payload = signing_payload(genesis, key, &sender, &suites, examples, &blobs, &packages);
	Commitment { blobs, packages, examples, suites, signature: sign(hospital, &payload) }
}

pub fn deal(hospital: u8, id: StudyId) -> DispatchResult {
	let key = current(id);
	let commitment = Box::new(dealing(hospital, key));
	ModelUpdates::commit_update(signed(hospital), key.study, key.round, key.attempt, commitment)
		.map(|_| ())
		.map_err(|error| error.error)
}

pub fn progress(id: StudyId) -> CommitteeProgress<AccountId32> {
	Committees::<Test>::get(id, study(id).current_round).unwrap()
}

pub fn phase(id: StudyId) -> Phase {
	round(id, study(id).current_round).phase
}

/// Honest checks of sharings with these squared norms, in the order of accounts, by the party at this point.
pub fn checks(party: u8, norms: &[u64]) -> Checks {
	let field = committee().field;
	let check = |norm: &u64| {
		let at = |constant| field.evaluate(&[constant, 1_000 + constant], u64::from(party));
		Check::Elements(BoundedVec::truncate_from(vec![at(77), 0, at(*norm)]))
	};
	Checks::truncate_from(norms.iter().map(check).collect())
}

pub const NORMS: [u64; 4] = [100; 4];

/// The number of a member.
fn number(of: &AccountId32) -> u8 {
	(1..=6).find(|number| account(*number) == *of).unwrap()
}

/// The parties of a study's committee, in their order.
pub fn parties(id: StudyId) -> Vec<u8> {
	study(id).spec.scheme.committee().unwrap().parties.iter().map(number).collect()
}

pub fn nonce(party: u8) -> [u8; 32] {
	[party; 32]
}

pub fn commit_nonce(party: u8, id: StudyId) -> DispatchResult {
	let key = current(id);
	let commitment = nonce_commitment(System::block_hash(0), key, &account(party).into(), &nonce(party));
	let post = post(party, Kind::Nonce, key, commitment);
	Rounds::commit_nonce(signed(party), key.study, key.round, key.attempt, post)
}

pub fn reveal_nonce(party: u8, id: StudyId) -> DispatchResult {
	let key = current(id);
	Rounds::reveal_nonce(signed(party), key.study, key.round, key.attempt, nonce(party))
}

/// All hospitals commit their updates, all parties to their nonces, and the block ends.
pub fn collect(id: StudyId) {
	for hospital in PARTIES {
		deal(hospital, id).unwrap();
	}
	for party in parties(id) {
		commit_nonce(party, id).unwrap();
	}
	advance(1);
}

/// All parties reveal their nonces.
pub fn reveal(id: StudyId) {
	for party in parties(id) {
		reveal_nonce(party, id).unwrap();
	}
}

/// A study of four hospitals that have all dealt their shares, with its challenge.
pub fn checking(committee: Committee<AccountId32>) -> StudyId {
	checking_in(with(committee))
}

pub fn checking_in(spec: StudySpec<AccountId32>) -> StudyId {
	let id = open(spec);
	collect(id);
	reveal(id);
	id
}

pub fn post_checks(party: u8, id: StudyId, checks: Checks) -> DispatchResult {
	let key = current(id);
	let post = post(party, Kind::Checks, key, checks);
	Rounds::post_checks(signed(party), key.study, key.round, key.attempt, post)
}

/// All parties post these checks, and the block ends.
pub fn all_check(id: StudyId, checks_of: impl Fn(u8) -> Checks) {
	for party in PARTIES {
		post_checks(party, id, checks_of(party)).unwrap();
	}
	advance(1);
}

pub fn post_partial(party: u8, id: StudyId) -> DispatchResult {
	let key = current(id);
	let blob = partial(party);
	let post = post(party, Kind::Partial, key, blob);
	Rounds::post_partial(signed(party), key.study, key.round, key.attempt, post)
}

pub fn partial(party: u8) -> BlobReference {
	BlobReference { hash: H256::repeat_byte(party), length: committee().partial_length(14) }
}

pub fn answers(hospital: u8, parties: &[u8]) -> Answers {
	let shares = |party: &u8| Answer { party: *party, shares: published(hospital, *party) };
	Answers::truncate_from(parties.iter().map(shares).collect())
}

pub fn answer(hospital: u8, id: StudyId, parties: &[u8]) -> DispatchResult {
	let key = current(id);
	let post = post(hospital, Kind::Answers, key, answers(hospital, parties));
	Rounds::answer_disputes(signed(hospital), key.study, key.round, key.attempt, post)
}

pub fn judge(party: u8, id: StudyId, judgements: &[bool]) -> DispatchResult {
	let key = current(id);
	let post = post(party, Kind::Judgements, key, Judgements::truncate_from(judgements.to_vec()));
	Rounds::judge_disputes(signed(party), key.study, key.round, key.attempt, post)
}

/// The place of a hospital in the order of accounts.
pub fn place(hospital: u8) -> usize {
	let mut sorted = PARTIES.map(account);
	sorted.sort();
	sorted.iter().position(|other| *other == account(hospital)).unwrap()
}

/// [`NORMS`] but for one hospital.
pub fn norms(hospital: u8, norm: u64) -> [u64; 4] {
	let mut norms = NORMS;
	norms[place(hospital)] = norm;
	norms
}

pub fn named(id: StudyId) -> Vec<(u8, PartyFault<AccountId32>)> {
	let of = |NamedParty { party, fault }: NamedParty<AccountId32>| (party, fault);
	progress(id).named.into_iter().map(of).collect()
}

pub fn excluded(id: StudyId) -> Vec<(AccountId32, UpdateFault)> {
	let round = round(id, study(id).current_round);
	round.excluded.into_iter().map(|exclusion| (exclusion.hospital, exclusion.fault)).collect()
}
