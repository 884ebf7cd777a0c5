//! How off-chain workers sign transactions.

use crate::{
	AccountId, Nonce, Runtime, RuntimeCall, Signature, SignedPayload, System, TxExtension, UncheckedExtrinsic,
};
use codec::Encode;
use frame_system::offchain::{AppCrypto, CreateSignedTransaction, CreateTransactionBase, SigningTypes};
use sp_runtime::{
	generic::Era,
	traits::{StaticLookup, Verify},
	SaturatedConversion,
};

/// Blocks for which a worker's transaction is valid. The worker submits again while its step is due.
const MORTALITY: u64 = 64;

impl SigningTypes for Runtime {
	type Public = <Signature as Verify>::Signer;
	type Signature = Signature;
}

impl<LocalCall> CreateTransactionBase<LocalCall> for Runtime
where
	RuntimeCall: From<LocalCall>,
{
	type Extrinsic = UncheckedExtrinsic;
	type RuntimeCall = RuntimeCall;
}

impl<LocalCall> CreateSignedTransaction<LocalCall> for Runtime
where
	RuntimeCall: From<LocalCall>,
{
	fn create_signed_transaction<C: AppCrypto<Self::Public, Self::Signature>>(
		call: RuntimeCall,
		public: Self::Public,
		account: AccountId,
		nonce: Nonce,
	) -> Option<UncheckedExtrinsic> {
		// The hash of the present block is not in the state yet; the one before it is.
		let birth = System::block_number().saturating_sub(1).saturated_into::<u64>();
		let extension: TxExtension = (
			frame_system::AuthorizeCall::new(),
			frame_system::CheckNonZeroSender::new(),
			pallet_hospital_registry::CheckMembership::new(),
			frame_system::CheckSpecVersion::new(),
			frame_system::CheckTxVersion::new(),
			frame_system::CheckGenesis::new(),
			frame_system::CheckEra::from(Era::mortal(MORTALITY, birth)),
			frame_system::CheckNonce::from(nonce),
			frame_system::CheckWeight::new(),
			frame_system::WeightReclaim::new(),
		);
		let payload = SignedPayload::new(call, extension)
			.inspect_err(|error| log::warn!(target: pallet_rounds::LOG_TARGET, "cannot sign: {error:?}"))
			.ok()?;
		let signature = payload.using_encoded(|bytes| C::sign(bytes, public))?;
		let (call, extension, _) = payload.deconstruct();
		let address = <Runtime as frame_system::Config>::Lookup::unlookup(account);
		Some(UncheckedExtrinsic::new_signed(call, address, signature, extension))
	}
}
