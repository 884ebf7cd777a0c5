//! Agreements, studies, rounds and updates.

use crate::{AccessControl, AuditTrail, FinalityLag, HospitalRegistry, ModelUpdates, Rounds, Runtime};
use frame_support::traits::ConstU32;

impl pallet_access_control::Config for Runtime {
	type Members = HospitalRegistry;
	type Audit = AuditTrail;
	type WeightInfo = pallet_access_control::weights::SubstrateWeight<Runtime>;
}

impl pallet_rounds::Config for Runtime {
	type Members = HospitalRegistry;
	type Agreements = AccessControl;
	type Commitments = ModelUpdates;
	type Audit = AuditTrail;
	type Finality = FinalityLag;
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
