//! A round of four hospitals that are also the committee.

use super::mock::{account, contribution, damage, sae_id, Clear, Desk, Town, GENESIS};
use crate::{
	keys::HospitalKeys,
	sealer::{QuantumKeyError, SealContext, SealError, SealedBlob, Sealer, SessionSealer},
	HospitalConfig,
};
use codec::Encode;
use consilium_blobs::cid;
use consilium_primitives::{
	commitment::{BlobReference, Commitment, Suite},
	committee::{
		assessment::{assess, Assessment, Opened},
		field::PrimeField,
		posts::{signing_payload, Check, Checks, Kind, Signed},
		progress::Partial,
		Committee, Direction,
	},
	fixed_point::Decimal,
	hospital::{SaeId, SealingIdentity},
	job::{AnsweredDispute, Contribution, Dealt, Inputs, Job, Outcome},
	study::{AggregationScheme, RoundKey, Verdict},
	AccountBytes, BoundedVec, H256,
};
use std::{
	fs,
	path::{Path, PathBuf},
};
use zeroize::Zeroizing;

pub const CHALLENGE: H256 = H256([3; 32]);
pub const ROUND: RoundKey = RoundKey { study: 0, round: 1, attempt: 1 };

/// The four hospitals as parties of which one may lie, with a clip that no update reaches.
pub fn committee() -> Committee<AccountBytes> {
	Committee {
		threshold: 1,
		parties: BoundedVec::truncate_from((0..4).map(account).collect()),
		field: PrimeField::Mersenne61,
		direction: Direction::Off,
		projections: 2,
		weakest_suite: Suite::Plain,
		step_blocks: 5,
	}
}

/// A town whose study has this committee.
pub fn town(committee: Committee<AccountBytes>) -> Town {
	let mut town = Town::new();
	if committee.field == PrimeField::Mersenne31 {
		town.spec.encoding.fraction_bits = 10;
	}
	town.spec.encoding.clip = Decimal::from_f64(20.0);
	town.spec.scheme = AggregationScheme::Committee(committee);
	assert_eq!(town.spec.check(), Ok(()));
	town
}

/// The bytes of a blob in the store's folder.
pub fn path(town: &Town, blob: BlobReference) -> PathBuf {
	town.blobs().join(cid(&blob).to_string())
}

/// Puts bytes into the store's folder.
pub fn store(town: &Town, bytes: &[u8]) -> BlobReference {
	let blob = BlobReference::of(bytes);
	fs::write(path(town, blob), bytes).unwrap();
	blob
}

/// Ways in which a blob in the store is not as it was committed.
pub const LOSSES: [fn(&Path); 4] = [
	|blob| fs::remove_file(blob).unwrap(),
	|blob| fs::write(blob, b"").unwrap(),
	damage,
	|blob| fs::write(blob, [fs::read(blob).unwrap(), vec![0]].concat()).unwrap(),
];

pub struct Round {
	pub town: Town,
	pub desks: Vec<Desk>,
	/// Of the study's hospitals.
	pub commitments: Vec<Commitment>,
}

impl Round {
	/// All hospitals of the study have committed.
	pub fn new(town: Town) -> Self {
		let desks = town.open_all();
		Self::with(town, desks)
	}

	/// The same with these running hospitals.
	pub fn with(town: Town, mut desks: Vec<Desk>) -> Self {
		let commitments = (0..town.spec.hospitals.len())
			.map(|number| desks[number].commitment(town.train(number, 1, None)))
			.collect();
		Self { town, desks, commitments }
	}

	pub fn committee(&self) -> &Committee<AccountBytes> {
		self.town.spec.scheme.committee().unwrap()
	}

	/// The shares for a party; the weights are those of the hospitals, 0 where there is none.
	pub fn dealt(&self, party: u8, weights: &[u64]) -> Vec<Dealt> {
		let place = usize::from(party) - 1;
		let dealt = self.commitments.iter().enumerate().map(|(number, commitment)| Dealt {
			hospital: account(number),
			weight: weights.get(number).copied().unwrap_or(0),
			blob: commitment.blobs[place],
			suite: commitment.suites[place],
			sae_id: sae_id(number),
			package: commitment.packages[place],
			published: None,
		});
		dealt.collect()
	}

	/// Where the blob of a hospital for a party lies.
	pub fn blob(&self, hospital: usize, party: u8) -> PathBuf {
		path(&self.town, self.commitments[hospital].blobs[usize::from(party) - 1])
	}

	pub fn check_job(&self, party: u8) -> Job {
		let context = self.town.context(usize::from(party) - 1, 1, None);
		Job::Check { context, party, challenge: CHALLENGE, dealt: self.dealt(party, &[]) }
	}

	pub fn check(&mut self, party: u8) -> Checks {
		let job = self.check_job(party);
		match self.desk(party).outcome(job) {
			Outcome::Checked(checks) => self.unsigned(party, Kind::Checks, checks),
			outcome => panic!("{outcome:?}"),
		}
	}

	pub fn check_all(&mut self) -> Vec<Checks> {
		(1..=4).map(|party| self.check(party)).collect()
	}

	/// The chain's assessment of one hospital.
	pub fn assess(&self, hospital: usize, checks: &[Checks]) -> Assessment {
		let posts: Vec<(u8, &Check)> = (1..).zip(checks.iter().map(|checks| &checks[hospital])).collect();
		let spec = &self.town.spec;
		assess(self.committee(), spec.model.parameters().unwrap(), &spec.encoding, &posts)
	}

	/// Each hospital's number of records, times its factor.
	pub fn weights(&self, checks: &[Checks]) -> Vec<u64> {
		let weights = self.commitments.iter().enumerate().map(|(number, commitment)| {
			match self.assess(number, checks) {
				Assessment::Sound { factor, .. } => u64::from(commitment.examples) * u64::from(factor),
				Assessment::Faulty(fault) => panic!("hospital {number}: {fault:?}"),
			}
		});
		weights.collect()
	}

	pub fn answer_job(&self, hospital: usize, parties: &[u8]) -> Job {
		Job::Answer { context: self.town.context(hospital, 1, None), parties: parties.to_vec() }
	}

	/// The package that a hospital publishes for a party.
	pub fn answer(&mut self, hospital: usize, party: u8) -> BlobReference {
		let job = self.answer_job(hospital, &[party]);
		let Outcome::Answered(answers) = self.desks[hospital].outcome(job) else { panic!("no answer") };
		let answers = self.unsigned(hospital as u8 + 1, Kind::Answers, answers);
		assert_eq!((answers.len(), answers[0].party), (1, party));
		answers[0].shares
	}

	/// A dispute of a hospital with a party, after the hospital has published `published`.
	pub fn dispute(
		&self,
		hospital: usize,
		party: u8,
		published: BlobReference,
		opened: &Opened,
	) -> AnsweredDispute {
		AnsweredDispute {
			hospital: account(hospital),
			party,
			package: self.commitments[hospital].packages[usize::from(party) - 1],
			published,
			expected: opened.at(party),
		}
	}

	pub fn judge_job(&self, party: u8, disputes: &[AnsweredDispute]) -> Job {
		let context = self.town.context(usize::from(party) - 1, 1, None);
		Job::Judge { context, challenge: CHALLENGE, disputes: disputes.to_vec() }
	}

	pub fn judge(&mut self, party: u8, disputes: &[AnsweredDispute]) -> Vec<bool> {
		let job = self.judge_job(party, disputes);
		match self.desk(party).outcome(job) {
			Outcome::Judged(judged) => self.unsigned(party, Kind::Judgements, judged).into_inner(),
			outcome => panic!("{outcome:?}"),
		}
	}

	pub fn aggregate_job(&self, party: u8, dealt: Vec<Dealt>) -> Job {
		Job::Aggregate { context: self.town.context(usize::from(party) - 1, 1, None), party, dealt }
	}

	pub fn aggregate(&mut self, party: u8, dealt: Vec<Dealt>) -> Partial {
		let job = self.aggregate_job(party, dealt);
		match self.desk(party).outcome(job) {
			Outcome::Aggregated(blob) => Partial { party, blob: self.unsigned(party, Kind::Partial, blob) },
			outcome => panic!("{outcome:?}"),
		}
	}

	pub fn aggregate_all(&mut self, weights: &[u64]) -> Vec<Partial> {
		(1..=4).map(|party| self.aggregate(party, self.dealt(party, weights))).collect()
	}

	pub fn attest_job(&self, number: usize, partials: &[Partial], weights: &[u64]) -> Job {
		let inputs = Inputs::Partials { partials: partials.to_vec(), total_weight: weights.iter().sum() };
		Job::Attest { context: self.town.context(number, 1, None), inputs }
	}

	/// The artifact that a hospital accepts, and the parties that it corrects.
	pub fn accepted(&mut self, number: usize, partials: &[Partial], weights: &[u64]) -> (H256, Vec<u8>) {
		let job = self.attest_job(number, partials, weights);
		match self.desks[number].outcome(job) {
			Outcome::Attested { verdict: Verdict::Accept { artifact }, metrics, corrected, .. } => {
				assert!(metrics.fit(&self.town.spec.model) && metrics.examples() > Some(0), "{metrics:?}");
				(artifact, corrected.into_inner())
			},
			outcome => panic!("{outcome:?}"),
		}
	}

	pub fn desk(&mut self, party: u8) -> &mut Desk {
		&mut self.desks[usize::from(party) - 1]
	}

	/// The content of a post, whose signature is checked.
	fn unsigned<Content: Encode>(&self, party: u8, kind: Kind, post: Signed<Content>) -> Content {
		let number = usize::from(party) - 1;
		let payload = signing_payload(kind, GENESIS, ROUND, &account(number), &post.content);
		let keys = crate::keys::HospitalKeys::development(super::mock::NAMES[number]).unwrap();
		assert!(keys.verifies(&payload, &post.signature));
		post.content
	}
}

/// The artifact that the scheme `Plain` gives with the same updates.
pub fn plain_artifact(town: &Town) -> H256 {
	let mut plain = Town::new();
	plain.spec = town.spec.clone();
	plain.spec.scheme = AggregationScheme::Plain;
	let mut desks = plain.open_all();
	let contributions: Vec<Contribution> = (0..town.spec.hospitals.len())
		.map(|number| contribution(number, &desks[number].commitment(plain.train(number, 1, None))))
		.collect();
	match desks[0].outcome(plain.attest(0, 1, None, &contributions)) {
		Outcome::Attested { verdict: Verdict::Accept { artifact }, .. } => artifact,
		outcome => panic!("{outcome:?}"),
	}
}

/// Seals as hospitals without a key management entity do: with ML-KEM-768 alone.
pub fn ml_kem_768(config: &HospitalConfig) -> Box<dyn Sealer> {
	let keys = HospitalKeys::load(&config.keys).unwrap();
	Box::new(SessionSealer::new(keys.ml_kem_768_seeds(), None))
}

/// Leaves packages as they are, and has no keys when it is to open.
pub struct Keyless;

impl Sealer for Keyless {
	fn seal(
		&self,
		context: &SealContext,
		receiver: &SealingIdentity,
		weakest: Suite,
		package: &[u8],
	) -> Result<SealedBlob, SealError> {
		Clear.seal(context, receiver, weakest, package)
	}

	fn open(
		&self,
		_: &SealContext,
		_: Suite,
		_: &SaeId,
		_: Vec<u8>,
	) -> Result<Zeroizing<Vec<u8>>, SealError> {
		let source = QuantumKeyError::Unavailable("the link is down".into());
		Err(SealError::Quantum { peer: "sae-bob".into(), source })
	}
}
