//! The runtime APIs.

use crate::{
	genesis, AccountId, AuditTrail, Aura, Block, Executive, FinalityLag, Grandpa, HospitalRegistry,
	InherentDataExt, ModelUpdates, Nonce, Rounds, Runtime, RuntimeGenesisConfig, SessionKeys, System,
	VERSION,
};
use alloc::vec::Vec;
use consilium_primitives::{
	agreement::Agreement,
	audit::{AuditHead, AuditRecord, Subject},
	commitment::Commitment,
	committee::{posts::Checks, progress::CommitteeProgress},
	finality::FinalityStatus,
	hospital::Hospital,
	study::{Round, Study},
	traits::Commitments,
	AgreementId, RoundNumber, StudyId,
};
use frame_support::genesis_builder_helper::{build_state, get_preset};
use sp_api::impl_runtime_apis;
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_consensus_grandpa::AuthorityId as GrandpaId;
use sp_core::{crypto::KeyTypeId, OpaqueMetadata};
use sp_runtime::{
	traits::{Block as BlockT, NumberFor},
	transaction_validity::{TransactionSource, TransactionValidity},
	ApplyExtrinsicResult,
};
use sp_session::OpaqueGeneratedSessionKeys;
use sp_version::RuntimeVersion;

impl_runtime_apis! {
	impl sp_api::Core<Block> for Runtime {
		fn version() -> RuntimeVersion {
			VERSION
		}

		fn execute_block(block: <Block as BlockT>::LazyBlock) {
			Executive::execute_block(block);
		}

		fn initialize_block(header: &<Block as BlockT>::Header) -> sp_runtime::ExtrinsicInclusionMode {
			Executive::initialize_block(header)
		}
	}

	impl sp_api::Metadata<Block> for Runtime {
		fn metadata() -> OpaqueMetadata {
			OpaqueMetadata::new(Runtime::metadata().into())
		}

		fn metadata_at_version(version: u32) -> Option<OpaqueMetadata> {
			Runtime::metadata_at_version(version)
		}

		fn metadata_versions() -> Vec<u32> {
			Runtime::metadata_versions()
		}
	}

	impl frame_support::view_functions::runtime_api::RuntimeViewFunction<Block> for Runtime {
		fn execute_view_function(
			id: frame_support::view_functions::ViewFunctionId,
			input: Vec<u8>,
		) -> Result<Vec<u8>, frame_support::view_functions::ViewFunctionDispatchError> {
			Runtime::execute_view_function(id, input)
		}
	}

	impl sp_block_builder::BlockBuilder<Block> for Runtime {
		fn apply_extrinsic(extrinsic: <Block as BlockT>::Extrinsic) -> ApplyExtrinsicResult {
			Executive::apply_extrinsic(extrinsic)
		}

		fn finalize_block() -> <Block as BlockT>::Header {
			Executive::finalize_block()
		}

		fn inherent_extrinsics(data: sp_inherents::InherentData) -> Vec<<Block as BlockT>::Extrinsic> {
			data.create_extrinsics()
		}

		fn check_inherents(
			block: <Block as BlockT>::LazyBlock,
			data: sp_inherents::InherentData,
		) -> sp_inherents::CheckInherentsResult {
			data.check_extrinsics(&block)
		}
	}

	impl sp_transaction_pool::runtime_api::TaggedTransactionQueue<Block> for Runtime {
		fn validate_transaction(
			source: TransactionSource,
			tx: <Block as BlockT>::Extrinsic,
			block_hash: <Block as BlockT>::Hash,
		) -> TransactionValidity {
			Executive::validate_transaction(source, tx, block_hash)
		}
	}

	impl sp_offchain::OffchainWorkerApi<Block> for Runtime {
		fn offchain_worker(header: &<Block as BlockT>::Header) {
			Executive::offchain_worker(header)
		}
	}

	impl sp_consensus_aura::AuraApi<Block, AuraId> for Runtime {
		fn slot_duration() -> sp_consensus_aura::SlotDuration {
			sp_consensus_aura::SlotDuration::from_millis(Aura::slot_duration())
		}

		fn authorities() -> Vec<AuraId> {
			pallet_aura::Authorities::<Runtime>::get().into_inner()
		}
	}

	impl sp_session::SessionKeys<Block> for Runtime {
		fn generate_session_keys(owner: Vec<u8>, seed: Option<Vec<u8>>) -> OpaqueGeneratedSessionKeys {
			SessionKeys::generate(&owner, seed).into()
		}

		fn decode_session_keys(encoded: Vec<u8>) -> Option<Vec<(Vec<u8>, KeyTypeId)>> {
			SessionKeys::decode_into_raw_public_keys(&encoded)
		}
	}

	impl sp_consensus_grandpa::GrandpaApi<Block> for Runtime {
		fn grandpa_authorities() -> sp_consensus_grandpa::AuthorityList {
			Grandpa::grandpa_authorities()
		}

		fn current_set_id() -> sp_consensus_grandpa::SetId {
			Grandpa::current_set_id()
		}

		fn submit_report_equivocation_unsigned_extrinsic(
			_equivocation_proof: sp_consensus_grandpa::EquivocationProof<
				<Block as BlockT>::Hash,
				NumberFor<Block>,
			>,
			_key_owner_proof: sp_consensus_grandpa::OpaqueKeyOwnershipProof,
		) -> Option<()> {
			// There is no stake to slash; misbehaviour is a matter for the council.
			None
		}

		fn generate_key_ownership_proof(
			_set_id: sp_consensus_grandpa::SetId,
			_authority_id: GrandpaId,
		) -> Option<sp_consensus_grandpa::OpaqueKeyOwnershipProof> {
			None
		}
	}

	impl frame_system_rpc_runtime_api::AccountNonceApi<Block, AccountId, Nonce> for Runtime {
		fn account_nonce(account: AccountId) -> Nonce {
			System::account_nonce(account)
		}
	}

	impl sp_genesis_builder::GenesisBuilder<Block> for Runtime {
		fn build_state(config: Vec<u8>) -> sp_genesis_builder::Result {
			build_state::<RuntimeGenesisConfig>(config)
		}

		fn get_preset(id: &Option<sp_genesis_builder::PresetId>) -> Option<Vec<u8>> {
			get_preset::<RuntimeGenesisConfig>(id, genesis::get_preset)
		}

		fn preset_names() -> Vec<sp_genesis_builder::PresetId> {
			genesis::preset_names()
		}
	}

	impl consilium_primitives::runtime_api::HospitalsApi<Block, AccountId> for Runtime {
		fn hospitals() -> Vec<(AccountId, Hospital)> {
			HospitalRegistry::members()
		}
	}

	impl consilium_primitives::runtime_api::AgreementsApi<Block, AccountId> for Runtime {
		fn agreement(agreement: AgreementId) -> Option<Agreement<AccountId>> {
			pallet_access_control::Agreements::<Runtime>::get(agreement)
		}
	}

	impl consilium_primitives::runtime_api::RoundsApi<Block, AccountId> for Runtime {
		fn study_count() -> StudyId {
			pallet_rounds::NextStudy::<Runtime>::get()
		}

		fn study(study: StudyId) -> Option<Study<AccountId>> {
			pallet_rounds::Studies::<Runtime>::get(study)
		}

		fn round(study: StudyId, round: RoundNumber) -> Option<Round<AccountId>> {
			pallet_rounds::Rounds::<Runtime>::get(study, round)
		}

		fn committee(study: StudyId, round: RoundNumber) -> Option<CommitteeProgress<AccountId>> {
			pallet_rounds::Committees::<Runtime>::get(study, round)
		}

		fn checks(study: StudyId, round: RoundNumber) -> Vec<(u8, Checks)> {
			Rounds::checks(study, round)
		}

		fn commitments(study: StudyId, round: RoundNumber) -> Vec<(AccountId, Commitment)> {
			ModelUpdates::of_round(study, round)
		}
	}

	impl consilium_primitives::runtime_api::FinalityApi<Block> for Runtime {
		fn finality() -> FinalityStatus {
			FinalityLag::status()
		}
	}

	impl consilium_primitives::runtime_api::AuditApi<Block, AccountId> for Runtime {
		fn trail(subject: Subject<AccountId>, cursor: u64, limit: u32) -> Vec<AuditRecord<AccountId>> {
			AuditTrail::trail(subject, cursor, limit)
		}

		fn head(subject: Subject<AccountId>) -> AuditHead {
			AuditTrail::head(subject)
		}
	}
}
