//! Agreements, studies, rounds and updates.

use super::time::{blocks_in, SECONDS};
use crate::{
	AccessControl, AuditTrail, BlockNumber, FinalityLag, HospitalRegistry, ModelUpdates, Rounds, Runtime,
};
use frame_support::{parameter_types, traits::ConstU32};

impl pallet_access_control::Config for Runtime {
	type Members = HospitalRegistry;
	type Audit = AuditTrail;
	type WeightInfo = pallet_access_control::weights::SubstrateWeight<Runtime>;
}

parameter_types! {
	/// An hour: who comes back after a longer outage is in time for the next attempt.
	pub LongestWait: BlockNumber = blocks_in(3_600 * SECONDS);
}

impl pallet_rounds::Config for Runtime {
	type Members = HospitalRegistry;
	type Agreements = AccessControl;
	type Commitments = ModelUpdates;
	type Audit = AuditTrail;
	type Finality = FinalityLag;
	type LongestWait = LongestWait;
	type WorkerKey = pallet_rounds::crypto::HospitalKey;
	type MaxRunningStudies = ConstU32<16>;
	type WeightInfo = pallet_rounds::weights::SubstrateWeight<Runtime>;
}

impl pallet_model_updates::Config for Runtime {
	type Members = HospitalRegistry;
	type Rounds = Rounds;
	type Audit = AuditTrail;
	type WeightInfo = pallet_model_updates::weights::SubstrateWeight<Runtime>;
}
