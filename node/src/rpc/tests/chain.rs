//! A mock chain: two hospitals, one agreement, one study in its second round, and the study's audit trail. It
//! is empty at [`GENESIS`], has all content at [`BEST`], and knows no other block.

use consilium_primitives::{
	agreement::{Agreement, AgreementStatus, AgreementTerms},
	audit::{Action, AuditHead, AuditRecord, Subject},
	commitment::{BlobReference, Blobs, Commitment, Suite},
	committee::{
		posts::Checks,
		progress::{CommitteeProgress, Dealer, Dispute, NamedParty, Partial, PartyFault},
	},
	encoding::UpdateEncoding,
	fixed_point::Decimal,
	hospital::{Hospital, PublicKeys, Role},
	model::{LocalSteps, LocalTraining, ModelFamily, ModelSpec, ServerOptimizer},
	runtime_api::{AgreementsApi, AuditApi, HospitalsApi, RoundsApi},
	study::{
		AbortReason, AggregationScheme, Attestation, ClassificationMetrics, Exclusion, Metrics, Phase, Round,
		Study, StudySpec, StudyStatus, UpdateFault, Verdict,
	},
	AgreementId, BoundedVec, RoundNumber, StudyId, H256,
};
use consilium_runtime::{opaque::Block, AccountId, BlockNumber, Hash, Header};
use sp_api::{ApiError, ApiRef, ProvideRuntimeApi};
use sp_blockchain::{BlockStatus, HeaderBackend, Info, Result as BlockchainResult};
use sp_keyring::Sr25519Keyring;

/// The first block.
pub const GENESIS: Hash = H256::repeat_byte(0x99);
/// The best block.
pub const BEST: Hash = H256::repeat_byte(0xbe);
/// Number of records of study 0. The state holds all but the first [`FORGOTTEN`].
pub const RECORDS: u64 = 10;
/// Number of oldest records that the state no longer holds.
pub const FORGOTTEN: u64 = 3;

/// Stands in for the runtime and the database.
#[derive(Clone)]
pub struct Chain;

impl Chain {
	pub fn new() -> Self {
		Self
	}
}

pub fn alice() -> AccountId {
	Sr25519Keyring::Alice.to_account_id()
}

pub fn bob() -> AccountId {
	Sr25519Keyring::Bob.to_account_id()
}

fn text<S: sp_core::Get<u32>>(text: &str) -> BoundedVec<u8, S> {
	BoundedVec::truncate_from(text.as_bytes().to_vec())
}

fn list<T, S: sp_core::Get<u32>>(items: impl Into<Vec<T>>) -> BoundedVec<T, S> {
	BoundedVec::truncate_from(items.into())
}

fn members() -> Vec<(AccountId, Hospital)> {
	let hospital = |name: &str, roles: &[Role], key, suspended| Hospital {
		name: text(name),
		roles: list(roles),
		keys: PublicKeys { ml_dsa_65: [key; 1952], ml_kem_768: [key; 1184] },
		sae_id: "sae-1".parse().unwrap(),
		admitted_at: 4,
		keys_since: 5,
		suspended,
	};
	vec![
		(bob(), hospital("Bob University Clinic", &[Role::Auditor], 0xbb, true)),
		(alice(), hospital("Alice General – Hôpital", &[Role::Trainer, Role::Validator], 0xaa, false)),
	]
}

fn study() -> Study<AccountId> {
	Study {
		spec: StudySpec {
			title: text("Heart disease"),
			agreement: 0,
			schema: H256::repeat_byte(5),
			model: ModelSpec { family: ModelFamily::LogisticRegression, features: 13, classes: 2 },
			training: LocalTraining {
				steps: LocalSteps::Epochs(2),
				batch_size: 16,
				learning_rate: Decimal::from_nanos(10_000_000),
				proximal: Decimal::ZERO,
			},
			optimizer: ServerOptimizer::FedAvgM {
				learning_rate: Decimal::ONE,
				momentum: Decimal::from_nanos(900_000_000),
			},
			scheme: AggregationScheme::Plain,
			max_examples: 1000,
			encoding: UpdateEncoding { clip: None, fraction_bits: 16 },
			hospitals: list([alice(), bob()]),
			quorum: 2,
			max_rounds: 15,
			max_attempts: 3,
			collecting_blocks: 20,
			attesting_blocks: 30,
			retention_blocks: Some(40),
			max_log_loss_increase: Decimal::from_nanos(123_456_789),
			seed: u64::MAX,
		},
		opened_by: alice(),
		opened_at: 8,
		status: StudyStatus::Running,
		current_round: 2,
		finalised_rounds: 1,
		attempts_left: 2,
		artifact: Some(H256::repeat_byte(9)),
		absent: Default::default(),
	}
}

/// Round 1 is finalised; the second attempt at round 2 was aborted.
fn round(number: RoundNumber) -> Round<AccountId> {
	let metrics = Metrics::Classification(ClassificationMetrics {
		examples: 91,
		accuracy: Decimal::from_nanos(812_345_678),
		auc: None,
		log_loss: Decimal::from_nanos(1),
		brier: Decimal::from_nanos(1_500_000_000),
	});
	let artifact = H256::repeat_byte(9);
	let attestation = |hospital, verdict, metrics| {
		let corrected = list([2]);
		Attestation { hospital, verdict, metrics, corrected, records: None }
	};
	match number {
		1 => Round {
			attempt: 1,
			phase: Phase::Finalised,
			opened_at: 8,
			phase_since: 12,
			deadline: 42,
			base: None,
			committed: list([bob(), alice()]),
			excluded: list([]),
			attestations: list([
				attestation(alice(), Verdict::Accept { artifact }, metrics),
				attestation(bob(), Verdict::RejectModel { artifact }, metrics),
			]),
			artifact: Some(artifact),
		},
		_ => Round {
			attempt: 2,
			phase: Phase::Aborted(AbortReason::UpdateUnusable),
			opened_at: 13,
			phase_since: 20,
			deadline: 20,
			base: Some(artifact),
			committed: list([]),
			excluded: list([Exclusion { hospital: bob(), fault: UpdateFault::Malformed }]),
			attestations: list([attestation(
				alice(),
				Verdict::RejectUpdate { hospital: bob(), fault: UpdateFault::Unavailable },
				Metrics::Unavailable,
			)]),
			artifact: None,
		},
	}
}

pub fn commitments() -> Vec<(AccountId, Commitment)> {
	let blobs: Blobs = list([BlobReference { hash: H256::repeat_byte(7), length: 166 }]);
	let packages = list([H256::repeat_byte(4)]);
	let signature = list(vec![1; 3309]);
	let commitment = Commitment { blobs, packages, examples: 303, suites: list([Suite::Plain]), signature };
	vec![(alice(), commitment)]
}

fn committee() -> CommitteeProgress<AccountId> {
	let blob = BlobReference { hash: H256::repeat_byte(7), length: 166 };
	CommitteeProgress {
		challenge: Some(H256::repeat_byte(12)),
		dealers: list([Dealer { hospital: alice(), factor: 1 }, Dealer { hospital: bob(), factor: 0 }]),
		checked: list([2, 1]),
		disputes: list([Dispute {
			hospital: bob(),
			party: 1,
			complaint: true,
			answer: Some(blob),
			right: 0,
			wrong: 2,
		}]),
		judged: list([2]),
		partials: list([Partial { party: 2, blob }]),
		named: list([
			NamedParty { party: 3, fault: PartyFault::NoChecks },
			NamedParty { party: 1, fault: PartyFault::FalseChecks(alice()) },
		]),
	}
}

pub fn record(subject: Subject<AccountId>, index: u64) -> AuditRecord<AccountId> {
	let (actor, action) = if index.is_multiple_of(2) {
		(Some(alice()), Action::UpdateCommitted)
	} else {
		(None, Action::RoundAborted)
	};
	AuditRecord {
		sequence: 100 + index,
		index,
		block: 8,
		actor,
		action,
		subject,
		detail: H256::repeat_byte(6),
	}
}

/// Whether `at` has the content; an error for an unknown block.
fn has_content(at: Hash) -> Result<bool, ApiError> {
	if at == GENESIS || at == BEST {
		Ok(at == BEST)
	} else {
		Err(ApiError::UnknownBlock(format!("{at:?}")))
	}
}

sp_api::mock_impl_runtime_apis! {
	impl HospitalsApi<Block, AccountId> for Chain {
		#[advanced]
		fn hospitals(at: Hash) -> Result<Vec<(AccountId, Hospital)>, ApiError> {
			Ok(if has_content(at)? { members() } else { Vec::new() })
		}
	}

	impl AgreementsApi<Block, AccountId> for Chain {
		#[advanced]
		fn agreement(at: Hash, agreement: AgreementId) -> Result<Option<Agreement<AccountId>>, ApiError> {
			let terms = AgreementTerms {
				purpose: text("Heart disease"),
				document: H256::repeat_byte(3),
				parties: list([alice(), bob()]),
				expires_at: None,
			};
			let exists = has_content(at)? && agreement == 0;
			Ok(exists.then(|| Agreement { terms, signatures: list([]), status: AgreementStatus::Proposed }))
		}
	}

	impl RoundsApi<Block, AccountId> for Chain {
		#[advanced]
		fn study_count(at: Hash) -> Result<StudyId, ApiError> {
			Ok(has_content(at)?.into())
		}

		#[advanced]
		fn study(at: Hash, id: StudyId) -> Result<Option<Study<AccountId>>, ApiError> {
			Ok((has_content(at)? && id == 0).then(study))
		}

		#[advanced]
		fn round(at: Hash, id: StudyId, number: RoundNumber) -> Result<Option<Round<AccountId>>, ApiError> {
			Ok((has_content(at)? && id == 0 && (1..=2).contains(&number)).then(|| round(number)))
		}

		#[advanced]
		fn committee(
			at: Hash,
			id: StudyId,
			number: RoundNumber,
		) -> Result<Option<CommitteeProgress<AccountId>>, ApiError> {
			Ok((has_content(at)? && (id, number) == (0, 1)).then(committee))
		}

		#[advanced]
		fn checks(at: Hash, _: StudyId, _: RoundNumber) -> Result<Vec<(u8, Checks)>, ApiError> {
			has_content(at).map(|_| Vec::new())
		}

		#[advanced]
		fn commitments(
			at: Hash,
			id: StudyId,
			number: RoundNumber,
		) -> Result<Vec<(AccountId, Commitment)>, ApiError> {
			Ok(if has_content(at)? && (id, number) == (0, 1) { commitments() } else { Vec::new() })
		}
	}

	impl AuditApi<Block, AccountId> for Chain {
		#[advanced]
		fn trail(
			at: Hash,
			subject: Subject<AccountId>,
			cursor: u64,
			limit: u32,
		) -> Result<Vec<AuditRecord<AccountId>>, ApiError> {
			let count = if has_content(at)? && subject == Subject::Study(0) { RECORDS } else { 0 };
			let records = (cursor.max(FORGOTTEN)..count).take(limit as usize);
			Ok(records.map(|index| record(subject.clone(), index)).collect())
		}

		#[advanced]
		fn head(at: Hash, subject: Subject<AccountId>) -> Result<AuditHead, ApiError> {
			let full = AuditHead { count: RECORDS, head: H256::repeat_byte(1) };
			Ok(if has_content(at)? && subject == Subject::Study(0) { full } else { AuditHead::default() })
		}
	}
}

impl ProvideRuntimeApi<Block> for Chain {
	type Api = Self;

	fn runtime_api(&self) -> ApiRef<'_, Self> {
		self.clone().into()
	}
}

impl HeaderBackend<Block> for Chain {
	fn info(&self) -> Info<Block> {
		Info {
			best_hash: BEST,
			best_number: 30,
			genesis_hash: GENESIS,
			finalized_hash: GENESIS,
			finalized_number: 0,
			finalized_state: None,
			number_leaves: 1,
			block_gap: None,
		}
	}

	fn header(&self, _: Hash) -> BlockchainResult<Option<Header>> {
		Ok(None)
	}

	fn status(&self, _: Hash) -> BlockchainResult<BlockStatus> {
		Ok(BlockStatus::Unknown)
	}

	fn number(&self, _: Hash) -> BlockchainResult<Option<BlockNumber>> {
		Ok(None)
	}

	fn hash(&self, _: BlockNumber) -> BlockchainResult<Option<Hash>> {
		Ok(None)
	}
}
