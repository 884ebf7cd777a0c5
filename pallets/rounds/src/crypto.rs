//! The key with which the off-chain worker signs: the hospital's account key in the node's keystore.

use consilium_primitives::hospital::HOSPITAL_KEY_TYPE;
use sp_core::crypto::KeyTypeId;
use sp_runtime::{
	app_crypto::{app_crypto, sr25519},
	MultiSignature, MultiSigner,
};

app_crypto!(sr25519, KeyTypeId(HOSPITAL_KEY_TYPE));

/// The hospital's account key, for [`crate::Config::WorkerKey`].
pub struct HospitalKey;

impl frame_system::offchain::AppCrypto<MultiSigner, MultiSignature> for HospitalKey {
	type RuntimeAppPublic = Public;
	type GenericPublic = sp_core::sr25519::Public;
	type GenericSignature = sp_core::sr25519::Signature;
}
