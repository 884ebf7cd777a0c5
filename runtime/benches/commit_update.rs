//! What a commitment costs in wasm.
//!
//! Applies signed transactions to a block with the runtime's wasm code, as a node does when it imports one:
//! `remark` as the floor that every transaction pays, and `commit_update`, whose difference from it is mostly
//! one ML-DSA-65 verification. The same verification in native code is measured beside them. Aim:
//! `commit_update` under 2 ms.

use codec::Encode;
use consilium_primitives::{
	agreement::AgreementTerms,
	artifact::PlainUpdate,
	commitment::{signing_payload, BlobReference, Blobs, Commitment, Suite, Suites},
	encoding::UpdateEncoding,
	fixed_point::Decimal,
	model::{LocalSteps, LocalTraining, ModelFamily, ModelSpec, ServerOptimizer},
	study::{AggregationScheme, RoundKey, StudySpec},
	AccountBytes, BoundedVec, H256,
};
use consilium_runtime::{
	AccessControl, AccountId, Executive, Header, Rounds, Runtime, RuntimeCall, RuntimeOrigin, SignedPayload,
	UncheckedExtrinsic, WASM_BINARY,
};
use criterion::{criterion_group, criterion_main, Criterion};
use fips204::{
	ml_dsa_65,
	traits::{KeyGen, SerDes, Signer},
};
use sc_executor::WasmExecutor;
use sp_core::{
	crypto::Pair,
	traits::{CallContext, CodeExecutor, RuntimeCode, WrappedRuntimeCode},
};
use sp_externalities::Externalities;
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{generic::Era, traits::Header as _, BuildStorage, MultiAddress};
use std::hint::black_box;

type HostFunctions = (sp_io::SubstrateHostFunctions, consilium_primitives::host::jobs::HostFunctions);

const SEED: [u8; 32] = *b"benchmark of ML-DSA-65 in wasm!!";

fn genesis() -> H256 {
	H256::repeat_byte(0x5a)
}

/// A chain at block 1 with a study whose first round is collecting, and Alice under a key of ours.
fn externalities() -> TestExternalities {
	let wasm = WASM_BINARY.expect("built without SKIP_WASM_BUILD");
	let storage = sc_chain_spec::GenesisConfigBuilderRuntimeCaller::<HostFunctions>::new(wasm)
		.get_storage_for_named_preset(Some(&"local_testnet".to_string()))
		.expect("the preset exists")
		.build_storage()
		.expect("storage builds");
	let mut externalities = TestExternalities::new(storage);
	externalities.execute_with(|| {
		frame_system::BlockHash::<Runtime>::insert(0, genesis());
		let header = Header::new(1, H256::zero(), H256::zero(), genesis(), Default::default());
		Executive::initialize_block(&header);
		let hospitals: Vec<AccountId> =
			[Sr25519Keyring::Alice, Sr25519Keyring::Bob, Sr25519Keyring::Charlie, Sr25519Keyring::Dave]
				.map(|key| key.to_account_id())
				.to_vec();
		let parties = BoundedVec::try_from(hospitals.clone()).expect("four parties");
		let terms = AgreementTerms {
			purpose: b"benchmark".to_vec().try_into().expect("short"),
			document: H256::zero(),
			parties: parties.clone(),
			expires_at: None,
		};
		AccessControl::propose_agreement(RuntimeOrigin::signed(hospitals[0].clone()), terms)
			.expect("proposed");
		for hospital in &hospitals[1..] {
			AccessControl::sign_agreement(RuntimeOrigin::signed(hospital.clone()), 0).expect("signed");
		}
		let spec = StudySpec {
			title: b"benchmark".to_vec().try_into().expect("short"),
			agreement: 0,
			schema: H256::zero(),
			model: ModelSpec { family: ModelFamily::LogisticRegression, features: 13, classes: 2 },
			training: LocalTraining {
				steps: LocalSteps::Updates(1),
				batch_size: 1,
				learning_rate: Decimal::ONE,
				proximal: Decimal::ZERO,
			},
			optimizer: ServerOptimizer::FedAvg,
			scheme: AggregationScheme::Plain,
			max_examples: u32::MAX,
			encoding: UpdateEncoding { clip: None, fraction_bits: 16 },
			hospitals: parties,
			quorum: 3,
			max_rounds: 1,
			max_attempts: 1,
			collecting_blocks: 10,
			attesting_blocks: 10,
			retention_blocks: None,
			max_log_loss_increase: Decimal::ONE,
			seed: 1,
		};
		Rounds::open_study(RuntimeOrigin::signed(hospitals[0].clone()), Box::new(spec)).expect("opened");
		pallet_hospital_registry::Hospitals::<Runtime>::mutate(&hospitals[0], |entry| {
			let (public, _) = ml_dsa_65::KG::keygen_from_seed(&SEED);
			entry.as_mut().expect("Alice is a member").keys.ml_dsa_65 = public.into_bytes();
		});
	});
	externalities
}

/// The one blob is not sealed.
fn suites() -> Suites {
	Suites::truncate_from(vec![Suite::Plain])
}

fn payload_and_signature() -> (Vec<u8>, [u8; ml_dsa_65::SIG_LEN], Blobs) {
	let length = PlainUpdate::encoded_length(14);
	let blobs =
		Blobs::try_from(vec![BlobReference { hash: H256::repeat_byte(1), length }]).expect("one blob");
	let sender: AccountBytes = Sr25519Keyring::Alice.to_account_id().into();
	let round = RoundKey { study: 0, round: 1, attempt: 1 };
	let payload = signing_payload(genesis(), round, &sender, &suites(), 100, &blobs, &Default::default());
	let (_, secret) = ml_dsa_65::KG::keygen_from_seed(&SEED);
	let signature = secret.try_sign_with_seed(&[0; 32], &payload, &[]).expect("signs");
	(payload, signature, blobs)
}

fn commit_call() -> RuntimeCall {
	let (_, signature, blobs) = payload_and_signature();
	let signature = signature.to_vec().try_into().expect("a signature's length");
	let commitment = Box::new(Commitment {
		blobs,
		packages: Default::default(),
		examples: 100,
		suites: suites(),
		signature,
	});
	pallet_model_updates::Call::commit_update { study: 0, round: 1, attempt: 1, commitment }.into()
}

fn signed(call: RuntimeCall) -> Vec<u8> {
	let extension = (
		frame_system::AuthorizeCall::new(),
		frame_system::CheckNonZeroSender::new(),
		pallet_hospital_registry::CheckMembership::new(),
		frame_system::CheckSpecVersion::new(),
		frame_system::CheckTxVersion::new(),
		frame_system::CheckGenesis::new(),
		frame_system::CheckEra::from(Era::Immortal),
		frame_system::CheckNonce::from(0),
		frame_system::CheckWeight::new(),
		frame_system::WeightReclaim::new(),
	);
	let payload = SignedPayload::new(call, extension).expect("the state has what is signed");
	let signature = payload.using_encoded(|bytes| Sr25519Keyring::Alice.pair().sign(bytes));
	let (call, extension, _) = payload.deconstruct();
	let address = MultiAddress::Id(Sr25519Keyring::Alice.to_account_id());
	UncheckedExtrinsic::new_signed(call, address, signature.into(), extension).encode()
}

fn benchmarks(criterion: &mut Criterion) {
	let wasm = WASM_BINARY.expect("built without SKIP_WASM_BUILD");
	let fetcher = WrappedRuntimeCode(wasm.into());
	let code = RuntimeCode { code_fetcher: &fetcher, heap_pages: None, hash: vec![1] };
	let executor = WasmExecutor::<HostFunctions>::builder().build();
	let mut externalities = externalities();
	let remark = RuntimeCall::System(frame_system::Call::remark { remark: vec![0; 64] });
	let transactions =
		externalities.execute_with(|| [("remark", signed(remark)), ("commit_update", signed(commit_call()))]);

	let mut group = criterion.benchmark_group("apply in wasm");
	for (name, transaction) in &transactions {
		let mut state = externalities.ext();
		group.bench_function(*name, |bencher| {
			bencher.iter(|| {
				state.storage_start_transaction();
				let (result, _) = executor.call(
					&mut state,
					&code,
					"BlockBuilder_apply_extrinsic",
					transaction,
					CallContext::Onchain { import: true },
				);
				state.storage_rollback_transaction().expect("a transaction is open");
				// Ok(Ok(())): applied, and the dispatch succeeded.
				assert_eq!(result.expect("the call returns"), [0, 0]);
			});
		});
	}
	group.finish();

	let (payload, signature, _) = payload_and_signature();
	let public = ml_dsa_65::KG::keygen_from_seed(&SEED).0.into_bytes();
	criterion.bench_function("verify ML-DSA-65 natively", |bencher| {
		bencher.iter(|| {
			assert!(consilium_primitives::ml_dsa_65::verify(
				black_box(&public),
				black_box(&payload),
				black_box(&signature)
			));
		});
	});
}

criterion_group!(commitments, benchmarks);
criterion_main!(commitments);
