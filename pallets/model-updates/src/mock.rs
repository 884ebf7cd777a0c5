//! A chain with commitments and the audit trail; one round takes commitments, and members are a list.

use consilium_primitives::{
	audit::{Action, Subject},
	commitment::{signing_payload, BlobReference, Blobs, Commitment, Packages, Suite, Suites},
	hospital::{MlDsa65PublicKey, Role, SealingIdentity},
	study::RoundKey,
	traits::{CollectingRounds, Fact, Members, UpdateShape},
	RoundNumber, StudyId, H256,
};
use fips204::{
	ml_dsa_65::{PrivateKey, PublicKey, KG},
	traits::{KeyGen, SerDes, Signer},
};
use frame_support::{derive_impl, parameter_types, traits::ConstU64};
use frame_system::mocking::MockBlockU32;
use sp_runtime::{traits::IdentityLookup, AccountId32, BuildStorage, DispatchError, DispatchResult};
use std::{ops::RangeInclusive, sync::OnceLock};

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		AuditTrail: pallet_audit_trail,
		ModelUpdates: crate,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = MockBlockU32<Test>;
	type AccountId = AccountId32;
	type Lookup = IdentityLookup<AccountId32>;
}

impl pallet_audit_trail::Config for Test {
	type KeptRecords = ConstU64<1_000>;
	type WeightInfo = pallet_audit_trail::weights::SubstrateWeight<Test>;
}

/// The round that takes commitments.
pub const ROUND: RoundKey = RoundKey { study: 3, round: 2, attempt: 4 };
/// Length of the one blob of an update.
pub const LENGTH: u64 = 164;

pub const ALICE: u8 = 1;
pub const BOB: u8 = 2;
/// An account without a key in the registry.
pub const EVE: u8 = 9;

/// What the state machine of rounds says when no commitment may come.
pub const CLOSED: DispatchError = DispatchError::Other("the round is closed");

/// What it says when updates are to be kept.
pub const KEPT: DispatchError = DispatchError::Other("the retention is not over");

parameter_types! {
	/// Whether the round takes commitments.
	pub static Open: bool = true;
	/// Number and length of an update's blobs.
	pub static Shape: Option<UpdateShape> = None;
	/// What was noted.
	pub static Noted: Vec<(RoundKey, AccountId32)> = Vec::new();
	/// Whether notes are taken.
	pub static TakesNotes: bool = true;
	pub static IsLast: bool = false;
	/// Whether updates may be deleted.
	pub static RetentionIsOver: bool = false;
}

/// One round that is open or closed.
pub struct OneRound;

impl CollectingRounds<AccountId32> for OneRound {
	fn ensure_may_commit(
		study: StudyId,
		round: RoundNumber,
		_: &AccountId32,
	) -> Result<RoundKey, DispatchError> {
		let takes = Open::get() && (study, round) == (ROUND.study, ROUND.round);
		takes.then_some(ROUND).ok_or(CLOSED)
	}

	fn update_shape(_: StudyId) -> Option<UpdateShape> {
		Shape::get()
	}

	fn note_commitment(round: RoundKey, who: &AccountId32) -> Result<bool, DispatchError> {
		if !TakesNotes::get() {
			return Err(CLOSED);
		}
		Noted::mutate(|noted| noted.push((round, who.clone())));
		Ok(IsLast::get())
	}

	fn ensure_may_delete(study: StudyId, round: RoundNumber) -> Result<RoundKey, DispatchError> {
		let may = RetentionIsOver::get() && (study, round) == (ROUND.study, ROUND.round);
		may.then_some(ROUND).ok_or(KEPT)
	}
}

/// Everyone but Eve, with [`public_key`].
pub struct Everyone;

impl Members<AccountId32> for Everyone {
	fn is_active(who: &AccountId32) -> bool {
		*who != account(EVE)
	}

	fn has_role(who: &AccountId32, _: Role) -> bool {
		Self::is_active(who)
	}

	fn ml_dsa_65_key(who: &AccountId32) -> Option<MlDsa65PublicKey> {
		let bytes: &[u8; 32] = who.as_ref();
		Self::is_active(who).then(|| public_key(bytes[0]))
	}

	fn sealing_identity(_: &AccountId32) -> Option<SealingIdentity> {
		None
	}
}

impl crate::Config for Test {
	type Members = Everyone;
	type Rounds = OneRound;
	type Audit = AuditTrail;
	type WeightInfo = crate::weights::SubstrateWeight<Test>;
}

/// A chain at its first block, whose one round is open.
pub fn chain() -> sp_io::TestExternalities {
	Open::set(true);
	Shape::set(Some(UpdateShape { blobs: vec![LENGTH], suites: PLAIN, packages: 0 }));
	Noted::set(Vec::new());
	TakesNotes::set(true);
	IsLast::set(false);
	RetentionIsOver::set(false);
	let storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let mut chain = sp_io::TestExternalities::new(storage);
	chain.execute_with(|| System::set_block_number(1));
	chain
}

/// Runs a test on a chain whose one round is open and checks the invariants after it.
pub fn run(test: impl FnOnce()) {
	chain().execute_with(|| {
		test();
		ModelUpdates::do_try_state().unwrap();
		AuditTrail::do_try_state().unwrap();
		AuditTrail::check_events(read).unwrap();
	});
}

/// What a fact says of itself.
pub fn read(event: &RuntimeEvent) -> Option<(Action, Subject<AccountId32>)> {
	match event {
		RuntimeEvent::System(_) | RuntimeEvent::AuditTrail(_) => None,
		RuntimeEvent::ModelUpdates(fact) => Some((fact.action(), fact.subject())),
	}
}

pub fn account(hospital: u8) -> AccountId32 {
	AccountId32::new([hospital; 32])
}

/// The ML-DSA-65 key pair of a hospital below 10, made once.
pub fn key_pair(hospital: u8) -> &'static (PublicKey, PrivateKey) {
	static PAIRS: [OnceLock<(PublicKey, PrivateKey)>; 10] = [const { OnceLock::new() }; 10];
	PAIRS[usize::from(hospital)].get_or_init(|| KG::keygen_from_seed(&[hospital; 32]))
}

pub fn public_key(hospital: u8) -> MlDsa65PublicKey {
	key_pair(hospital).0.clone().into_bytes()
}

/// Blobs of which all bytes of the hashes are `fill`.
pub fn blobs(fill: u8, lengths: &[u64]) -> Blobs {
	let blob = |length: &u64| BlobReference { hash: H256::repeat_byte(fill), length: *length };
	Blobs::try_from(lengths.iter().map(blob).collect::<Vec<_>>()).unwrap()
}

/// What a hospital says of its update, before it signs.
#[derive(Clone)]
pub struct Statement {
	pub genesis: H256,
	pub round: RoundKey,
	pub sender: u8,
	pub examples: u32,
	pub blobs: Blobs,
	pub suites: Suites,
	pub packages: Packages,
}

/// What a study says that seals nothing.
pub const PLAIN: RangeInclusive<Suite> = Suite::Plain..=Suite::Plain;

pub fn suites(suites: &[Suite]) -> Suites {
	suites.to_vec().try_into().unwrap()
}

/// A statement that the chain accepts from its sender.
pub fn statement(sender: u8) -> Statement {
	Statement {
		genesis: System::block_hash(0),
		round: ROUND,
		sender,
		examples: 303,
		blobs: blobs(sender, &[LENGTH]),
		suites: suites(&[Suite::Plain]),
		packages: Packages::default(),
	}
}

impl Statement {
	pub fn payload(&self) -> Vec<u8> {
		let Self { genesis, round, sender, examples, blobs, suites, packages } = self;
		signing_payload(*genesis, *round, &[*sender; 32], suites, *examples, blobs, packages)
	}

	pub fn signature_by(&self, hospital: u8) -> Vec<u8> {
		key_pair(hospital).1.try_sign_with_seed(&[0; 32], &self.payload(), &[]).unwrap().to_vec()
	}

	/// The commitment with this content and that signature.
	pub fn with_signature(&self, signature: Vec<u8>) -> Commitment {
		Commitment {
			blobs: self.blobs.clone(),
			packages: self.packages.clone(),
			examples: self.examples,
			suites: self.suites.clone(),
			signature: signature.try_into().unwrap(),
		}
	}

	/// The commitment as its sender makes it.
	pub fn signed(&self) -> Commitment {
		self.with_signature(self.signature_by(self.sender))
	}
}

/// Commits to [`ROUND`] under the account of `hospital`.
pub fn commit(hospital: u8, commitment: Commitment) -> DispatchResult {
	let RoundKey { study, round, attempt } = ROUND;
	let origin = RuntimeOrigin::signed(account(hospital));
	ModelUpdates::commit_update(origin, study, round, attempt, Box::new(commitment))
		.map(|_| ())
		.map_err(|error| error.error)
}
