//! A chain with all five pallets, and helpers for what hospitals do on it.

use codec::Encode;
use consilium_primitives::{
	agreement::AgreementTerms,
	artifact::PlainUpdate,
	audit::{Action, Subject},
	commitment::{signing_payload, BlobReference, Blobs, Commitment, Packages, Suite, Suites},
	encoding::UpdateEncoding,
	finality::FinalityStatus,
	fixed_point::Decimal,
	hospital::Role,
	model::{LocalSteps, LocalTraining, ModelFamily, ModelSpec, ServerOptimizer},
	study::{AggregationScheme, Metrics, Phase, Round, RoundKey, Study, StudySpec, Verdict},
	traits::{Fact, Finality},
	AgreementId, BlockNumber, BoundedVec, Name, RoundNumber, StudyId, H256,
};
use fips204::{
	ml_dsa_65::{PrivateKey, PublicKey, KG},
	traits::{KeyGen, SerDes, Signer},
};
use frame_support::{
	derive_impl, parameter_types,
	traits::{ConstU32, ConstU64, Hooks},
};
use frame_system::{
	mocking::MockBlockU32,
	offchain::{AppCrypto, CreateSignedTransaction, CreateTransactionBase, SigningTypes},
	CheckNonce, EnsureRoot,
};
use pallet_hospital_registry::GenesisHospital;
use sp_core::{sr25519, Bytes, Pair};
use sp_runtime::{
	generic::UncheckedExtrinsic, traits::IdentityLookup, AccountId32, BuildStorage, DispatchResult,
	MultiSignature, MultiSigner,
};
use std::sync::OnceLock;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		AuditTrail: pallet_audit_trail,
		HospitalRegistry: pallet_hospital_registry,
		AccessControl: pallet_access_control,
		Rounds: crate,
		ModelUpdates: pallet_model_updates,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = MockBlockU32<Test>;
	type AccountId = AccountId32;
	type Lookup = IdentityLookup<AccountId32>;
	type Nonce = u32;
	type DbWeight = frame_support::weights::constants::ParityDbWeight;
}

impl pallet_audit_trail::Config for Test {
	type KeptRecords = ConstU64<1_000>;
	type WeightInfo = pallet_audit_trail::weights::SubstrateWeight<Test>;
}

impl pallet_hospital_registry::Config for Test {
	type AdmissionOrigin = EnsureRoot<AccountId32>;
	type Council = ();
	type Audit = AuditTrail;
	type MaxHospitals = ConstU32<10>;
	type WeightInfo = pallet_hospital_registry::weights::SubstrateWeight<Test>;
}

impl pallet_access_control::Config for Test {
	type Members = HospitalRegistry;
	type Audit = AuditTrail;
	type WeightInfo = pallet_access_control::weights::SubstrateWeight<Test>;
}

impl pallet_model_updates::Config for Test {
	type Members = HospitalRegistry;
	type Rounds = Rounds;
	type Audit = AuditTrail;
	type WeightInfo = pallet_model_updates::weights::SubstrateWeight<Test>;
}

parameter_types! {
	pub const MaxRunningStudies: u32 = 3;
	/// The last final block; `None` if each is final when the next one begins.
	pub storage Finalised: Option<BlockNumber> = None;
	pub storage FinalityStandsStill: bool = false;
}

/// Finality as a test wants it.
pub struct MockFinality;

impl Finality for MockFinality {
	fn finality() -> FinalityStatus {
		let parent = System::block_number().saturating_sub(1);
		FinalityStatus {
			finalised: Finalised::get().unwrap_or(parent),
			stands_still: FinalityStandsStill::get(),
		}
	}
}

impl crate::Config for Test {
	type Members = HospitalRegistry;
	type Agreements = AccessControl;
	type Commitments = ModelUpdates;
	type Audit = AuditTrail;
	type Finality = MockFinality;
	type LongestWait = ConstU32<{ LONGEST_WAIT }>;
	type WorkerKey = crate::crypto::HospitalKey;
	type MaxRunningStudies = MaxRunningStudies;
	type WeightInfo = crate::weights::SubstrateWeight<Test>;
}

/// What the worker submits: the signature is over the call.
pub type Extrinsic = UncheckedExtrinsic<AccountId32, RuntimeCall, MultiSignature, CheckNonce<Test>>;

impl SigningTypes for Test {
	type Public = MultiSigner;
	type Signature = MultiSignature;
}

impl<LocalCall> CreateTransactionBase<LocalCall> for Test
where
	RuntimeCall: From<LocalCall>,
{
	type Extrinsic = Extrinsic;
	type RuntimeCall = RuntimeCall;
}

impl<LocalCall> CreateSignedTransaction<LocalCall> for Test
where
	RuntimeCall: From<LocalCall>,
{
	fn create_signed_transaction<C: AppCrypto<MultiSigner, MultiSignature>>(
		call: RuntimeCall,
		public: MultiSigner,
		account: AccountId32,
		nonce: u32,
	) -> Option<Extrinsic> {
		let signature = C::sign(&call.encode(), public)?;
		Some(Extrinsic::new_signed(call, account, signature, CheckNonce::from(nonce)))
	}
}

pub const ALICE: u8 = 1;
pub const BOB: u8 = 2;
pub const CAROL: u8 = 3;
pub const DAVE: u8 = 4;
/// A trainer that has signed no agreement.
pub const EVE: u8 = 5;
/// Not a member.
pub const MALLORY: u8 = 9;

/// The parties of the agreement 0 and the hospitals of [`spec`].
pub const PARTIES: [u8; 4] = [ALICE, BOB, CAROL, DAVE];

/// Where a hospital's account key comes from.
pub fn key_uri(hospital: u8) -> String {
	format!("//hospital-{hospital}")
}

/// The account of a hospital below 10.
pub fn account(hospital: u8) -> AccountId32 {
	static ACCOUNTS: [OnceLock<AccountId32>; 10] = [const { OnceLock::new() }; 10];
	let make = || sr25519::Pair::from_string(&key_uri(hospital), None).unwrap().public().into();
	ACCOUNTS[usize::from(hospital)].get_or_init(make).clone()
}

/// The ML-DSA-65 key pair of a hospital below 10.
pub fn key_pair(hospital: u8) -> &'static (PublicKey, PrivateKey) {
	static PAIRS: [OnceLock<(PublicKey, PrivateKey)>; 10] = [const { OnceLock::new() }; 10];
	PAIRS[usize::from(hospital)].get_or_init(|| KG::keygen_from_seed(&[hospital; 32]))
}

fn genesis_hospital(hospital: u8) -> GenesisHospital<AccountId32> {
	GenesisHospital {
		account: account(hospital),
		name: format!("Hospital {hospital}"),
		roles: vec![Role::Trainer, Role::Compute],
		ml_dsa_65: Bytes(key_pair(hospital).0.clone().into_bytes().to_vec()),
		ml_kem_768: Bytes(vec![hospital; 1184]),
		sae_id: format!("sae-{hospital}"),
	}
}

/// A chain at its first block, with five trainers of whom four have signed the agreement 0.
pub fn chain() -> sp_io::TestExternalities {
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let hospitals = (ALICE..=EVE).map(genesis_hospital).collect();
	pallet_hospital_registry::GenesisConfig::<Test> { hospitals }.assimilate_storage(&mut storage).unwrap();
	let mut chain = sp_io::TestExternalities::new(storage);
	chain.execute_with(|| {
		System::set_block_number(1);
		agree(&PARTIES, None);
		System::reset_events();
	});
	chain
}

/// Runs a test on [`chain`] and checks the invariants of all pallets after it.
pub fn run(test: impl FnOnce()) {
	chain().execute_with(|| {
		test();
		check_invariants();
	});
}

/// The invariants of all pallets.
pub fn check_invariants() {
	Rounds::do_try_state().unwrap();
	ModelUpdates::do_try_state().unwrap();
	AccessControl::do_try_state().unwrap();
	HospitalRegistry::do_try_state().unwrap();
	AuditTrail::do_try_state().unwrap();
	AuditTrail::check_events(read).unwrap();
}

/// From now on nothing is final any more, and that is known; or everything again.
pub fn stall(stands_still: bool) {
	Finalised::set(&stands_still.then(|| System::block_number().saturating_sub(1)));
	FinalityStandsStill::set(&stands_still);
}

/// What a fact says of itself.
pub fn read(event: &RuntimeEvent) -> Option<(Action, Subject<AccountId32>)> {
	let of = |fact: &dyn Fact<AccountId32>| Some((fact.action(), fact.subject()));
	match event {
		RuntimeEvent::System(_) | RuntimeEvent::AuditTrail(_) => None,
		RuntimeEvent::HospitalRegistry(fact) => of(fact),
		RuntimeEvent::AccessControl(fact) => of(fact),
		RuntimeEvent::Rounds(fact) => of(fact),
		RuntimeEvent::ModelUpdates(fact) => of(fact),
	}
}

pub fn signed(hospital: u8) -> RuntimeOrigin {
	RuntimeOrigin::signed(account(hospital))
}

/// The first of `parties` proposes an agreement, and all sign it.
pub fn agree(parties: &[u8], expires_at: Option<BlockNumber>) -> AgreementId {
	let agreement = pallet_access_control::NextAgreement::<Test>::get();
	let terms = AgreementTerms {
		purpose: Name::truncate_from(b"to predict heart disease".to_vec()),
		document: H256::repeat_byte(7),
		parties: accounts(parties),
		expires_at,
	};
	AccessControl::propose_agreement(signed(parties[0]), terms).unwrap();
	for party in &parties[1..] {
		AccessControl::sign_agreement(signed(*party), agreement).unwrap();
	}
	agreement
}

pub fn accounts(hospitals: &[u8]) -> BoundedVec<AccountId32, consilium_primitives::MaxParties> {
	BoundedVec::truncate_from(hospitals.iter().copied().map(account).collect())
}

/// Blocks for each phase of [`spec`].
pub const PHASE: BlockNumber = 5;

/// Blocks from one attempt to the next, at most.
pub const LONGEST_WAIT: BlockNumber = 16;

/// Two rounds with four hospitals, three of which are a quorum, and two attempts of each round.
pub fn spec() -> StudySpec<AccountId32> {
	StudySpec {
		title: Name::truncate_from(b"Heart disease".to_vec()),
		agreement: 0,
		schema: H256::repeat_byte(8),
		model: ModelSpec { family: ModelFamily::LogisticRegression, features: 13, classes: 2 },
		training: LocalTraining {
			steps: LocalSteps::Epochs(1),
			batch_size: 16,
			learning_rate: Decimal::from_nanos(10_000_000),
			proximal: Decimal::ZERO,
		},
		optimizer: ServerOptimizer::FedAvg,
		scheme: AggregationScheme::Plain,
		max_examples: 200,
		encoding: UpdateEncoding { clip: Some(Decimal::ONE), fraction_bits: 16 },
		hospitals: accounts(&PARTIES),
		quorum: 3,
		max_rounds: 2,
		max_attempts: 2,
		collecting_blocks: PHASE,
		attesting_blocks: PHASE,
		retention_blocks: None,
		max_log_loss_increase: Decimal::ONE,
		seed: 1,
	}
}

/// Alice opens a study.
pub fn open(spec: StudySpec<AccountId32>) -> StudyId {
	let study = crate::NextStudy::<Test>::get();
	Rounds::open_study(signed(ALICE), Box::new(spec)).unwrap();
	study
}

pub fn study(id: StudyId) -> Study<AccountId32> {
	crate::Studies::<Test>::get(id).unwrap()
}

pub fn round(id: StudyId, number: RoundNumber) -> Round<AccountId32> {
	crate::Rounds::<Test>::get(id, number).unwrap()
}

/// The round and the attempt under way.
pub fn current(id: StudyId) -> RoundKey {
	let number = study(id).current_round;
	RoundKey { study: id, round: number, attempt: round(id, number).attempt }
}

/// A valid commitment of a hospital to an attempt, over 100 records for each of its number.
pub fn commitment(hospital: u8, round: RoundKey) -> Commitment {
	let length = PlainUpdate::encoded_length(study(round.study).spec.model.parameters().unwrap());
	let blobs = Blobs::truncate_from(vec![BlobReference { hash: H256::repeat_byte(hospital), length }]);
	let examples = u32::from(hospital) * 100;
	let suites = Suites::truncate_from(vec![Suite::Plain]);
	let sender = account(hospital).into();
	let packages = Packages::default();
	let payload =
		signing_payload(System::block_hash(0), round, &sender, &suites, examples, &blobs, &packages);
	let signature = key_pair(hospital).1.try_sign_with_seed(&[0; 32], &payload, &[]).unwrap();
	let signature = BoundedVec::truncate_from(signature.to_vec());
	Commitment { blobs, packages, examples, suites, signature }
}

/// A hospital commits to this attempt.
pub fn commit_to(hospital: u8, key: RoundKey) -> DispatchResult {
	let commitment = Box::new(commitment(hospital, key));
	ModelUpdates::commit_update(signed(hospital), key.study, key.round, key.attempt, commitment)
		.map(|_| ())
		.map_err(|error| error.error)
}

/// A hospital commits to the attempt under way.
pub fn commit(hospital: u8, id: StudyId) -> DispatchResult {
	commit_to(hospital, current(id))
}

/// These hospitals commit to the attempt under way.
pub fn all_commit(hospitals: &[u8], id: StudyId) {
	for hospital in hospitals {
		commit(*hospital, id).unwrap();
	}
}

pub fn artifact(number: u8) -> H256 {
	H256::repeat_byte(number)
}

pub fn accept(number: u8) -> Verdict<AccountId32> {
	Verdict::Accept { artifact: artifact(number) }
}

pub fn attest_to(hospital: u8, key: RoundKey, verdict: Verdict<AccountId32>) -> DispatchResult {
	Rounds::attest(
		signed(hospital),
		key.study,
		key.round,
		key.attempt,
		verdict,
		Metrics::Unavailable,
		Default::default(),
		None,
	)
}

/// A hospital attests to the attempt under way.
pub fn attest(hospital: u8, id: StudyId, verdict: Verdict<AccountId32>) -> DispatchResult {
	attest_to(hospital, current(id), verdict)
}

/// A whole round: all commit, and a quorum accepts this artifact.
pub fn finalise(id: StudyId, artifact: u8) {
	let key = current(id);
	for hospital in PARTIES {
		// Those that were absent are not waited for.
		if round(id, key.round).phase == Phase::Collecting {
			commit_to(hospital, key).unwrap();
		}
	}
	for hospital in [ALICE, BOB, CAROL] {
		attest_to(hospital, key, accept(artifact)).unwrap();
	}
}

/// Begins all blocks up to this one.
pub fn advance_to(block: BlockNumber) {
	for block in System::block_number() + 1..=block {
		Rounds::on_finalize(block - 1);
		System::set_block_number(block);
		Rounds::on_initialize(block);
	}
}

/// Begins this many blocks.
pub fn advance(blocks: BlockNumber) {
	advance_to(System::block_number() + blocks);
}

/// What happened to a study, by whom, oldest first.
pub fn trail(id: StudyId) -> Vec<(Option<AccountId32>, Action)> {
	AuditTrail::trail(Subject::Study(id), 0, 256)
		.into_iter()
		.map(|record| (record.actor, record.action))
		.collect()
}

/// How often this has happened to a study.
pub fn times(id: StudyId, action: Action) -> usize {
	trail(id).into_iter().filter(|(_, happened)| *happened == action).count()
}
