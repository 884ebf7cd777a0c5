//! Members and the audit trail.

use super::{consensus::MAX_HOSPITALS, governance::CouncilMajority};
use crate::{AuditTrail, Council, Runtime};
use frame_support::traits::{ConstU32, ConstU64};

impl pallet_audit_trail::Config for Runtime {
	type KeptRecords = ConstU64<10_000>;
	type WeightInfo = pallet_audit_trail::weights::SubstrateWeight<Runtime>;
}

impl pallet_hospital_registry::Config for Runtime {
	type AdmissionOrigin = CouncilMajority;
	type Council = Council;
	type Audit = AuditTrail;
	type MaxHospitals = ConstU32<MAX_HOSPITALS>;
	type WeightInfo = pallet_hospital_registry::weights::SubstrateWeight<Runtime>;
}
