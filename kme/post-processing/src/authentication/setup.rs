//! The set-up of a session: both ends identify themselves and the link, and sign both hellos.
//!
//! Each end sends a hello and, after the other end's hello, a proof: its signature of both hellos. A hello is
//!
//! | bytes | contents |
//! | --- | --- |
//! | 1 | version, 1 |
//! | 1 | the sender: 0 transmitter, 1 receiver |
//! | 1 + n | length and bytes of the link's name |
//! | 1 + n | length and bytes of its own name |
//! | 1 + n | length and bytes of the other end's name |
//! | 32 | a random nonce |
//! | 1952 | its verification key |
//!
//! The proof shows that the other end holds the private key to its hello and that nobody altered either
//! hello. That the key is the peer's must be established otherwise: by the mutually authenticated connection
//! of the set-up, or by comparing [`Agreed::peer`] with a known key.

use super::{
	signatures::{is_signed, Signatures, SigningKeys, SIGNATURE, VERIFICATION_KEY},
	End,
};
use crate::wire::{Malformed, Reader};
use rand::CryptoRng;
use std::sync::Arc;

const VERSION: u8 = 1;
const NONCE: usize = 32;

/// Maximum length of a name in bytes.
pub const MAX_NAME: usize = 255;

/// Maximum length of a hello in bytes.
pub const MAX_HELLO: usize = 2 + 3 * (1 + MAX_NAME) + NONCE + VERIFICATION_KEY;

/// Length of a proof in bytes.
pub const PROOF: usize = SIGNATURE;

/// The names of the link and its ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
	/// The link.
	pub link: String,
	/// This end.
	pub own: String,
	/// The other end.
	pub peer: String,
}

/// Why a session was not set up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
	/// A name is empty or too long.
	#[error("the name {0:?} has {len} bytes; it must have 1 to {MAX_NAME}", len = .0.len())]
	Name(String),
	/// The hello is malformed.
	#[error(transparent)]
	Malformed(#[from] Malformed),
	/// The other end uses another version.
	#[error(
		"the other end uses version {0} of the set-up, this end version {VERSION}; update the older one"
	)]
	Version(u8),
	/// The hello is for another link, or from another end.
	#[error("the {field} in the hello is {actual:?}; {expected:?} is configured")]
	Other {
		/// The field that differs.
		field: &'static str,
		/// Its value.
		actual: String,
		/// The configured value.
		expected: String,
	},
	/// Both ends have the same role.
	#[error("both ends are the {0:?}; configure one as the transmitter and one as the receiver")]
	SameEnd(End),
	/// The proof is wrong.
	#[error("the other end's proof is wrong: it lacks the private key, or a hello was altered")]
	Forged,
}

/// A session after this end's hello.
#[derive(Debug)]
pub struct Setup {
	keys: Arc<SigningKeys>,
	names: Names,
	end: End,
	hello: Vec<u8>,
}

/// A session after both hellos.
#[derive(Debug)]
pub struct Agreed {
	keys: Arc<SigningKeys>,
	end: End,
	peer: [u8; VERIFICATION_KEY],
	transcript: Vec<u8>,
}

impl Setup {
	/// Begins the set-up. Also returns the hello to send.
	pub fn begin(
		keys: Arc<SigningKeys>,
		end: End,
		names: Names,
		rng: &mut impl CryptoRng,
	) -> Result<(Self, Vec<u8>), SetupError> {
		let mut hello = vec![VERSION, end.code()];
		for name in [&names.link, &names.own, &names.peer] {
			let length = u8::try_from(name.len()).ok().filter(|length| *length > 0);
			hello.push(length.ok_or_else(|| SetupError::Name(name.clone()))?);
			hello.extend_from_slice(name.as_bytes());
		}
		let mut nonce = [0; NONCE];
		rng.fill_bytes(&mut nonce);
		hello.extend_from_slice(&nonce);
		hello.extend_from_slice(keys.verification_key());
		Ok((Self { keys, names, end, hello: hello.clone() }, hello))
	}

	/// Processes the other end's hello. Also returns the proof to send.
	pub fn agree(self, hello: &[u8]) -> Result<(Agreed, Vec<u8>), SetupError> {
		let mut reader = Reader(hello);
		let [version, end] = reader.array("version and end")?;
		if version != VERSION {
			return Err(SetupError::Version(version));
		}
		match end {
			end if end == self.end.code() => return Err(SetupError::SameEnd(self.end)),
			end if end == self.end.other().code() => (),
			_ => return Err(Malformed::Field("end").into()),
		}
		for (field, expected) in [
			("link", &self.names.link),
			("own name", &self.names.peer),
			("name of the other end", &self.names.own),
		] {
			let [length] = reader.array(field)?;
			let name = reader.bytes(usize::from(length), field)?;
			if name != expected.as_bytes() {
				let actual = String::from_utf8_lossy(name).into_owned();
				return Err(SetupError::Other { field, actual, expected: expected.clone() });
			}
		}
		reader.array::<NONCE>("nonce")?;
		let peer = reader.array("verification key")?;
		reader.end()?;
		let transcript = match self.end {
			End::Transmitter => [&self.hello, hello].concat(),
			End::Receiver => [hello, &self.hello].concat(),
		};
		let proof = self.keys.sign(&signed(self.end, &transcript)).to_vec();
		Ok((Agreed { keys: self.keys, end: self.end, peer, transcript }, proof))
	}
}

impl Agreed {
	/// The verification key in the other end's hello.
	pub fn peer(&self) -> &[u8; VERIFICATION_KEY] {
		&self.peer
	}

	/// Verifies the other end's proof.
	pub fn complete(self, proof: &[u8]) -> Result<Signatures, SetupError> {
		if !is_signed(&signed(self.end.other(), &self.transcript), proof, &self.peer) {
			return Err(SetupError::Forged);
		}
		Ok(Signatures::new(self.keys, self.peer, self.end, self.transcript))
	}
}

/// The bytes that an end signs: a label other than that of messages, its role, and both hellos, the
/// transmitter's first.
fn signed(end: End, transcript: &[u8]) -> Vec<u8> {
	[b"consilium link set-up 1", &[end.code()][..], transcript].concat()
}

#[cfg(test)]
mod tests {
	use super::{
		super::{AuthenticationError, Authenticator, Opened},
		*,
	};
	use rand::SeedableRng;
	use rand_chacha::ChaCha8Rng;

	fn names(own: &str, peer: &str) -> Names {
		Names { link: "alice-bob".into(), own: own.into(), peer: peer.into() }
	}

	struct Test {
		keys: Arc<SigningKeys>,
		rng: ChaCha8Rng,
	}

	impl Test {
		fn new() -> Self {
			Self { keys: Arc::new(SigningKeys::generate()), rng: ChaCha8Rng::seed_from_u64(1) }
		}

		fn begin(&mut self, end: End, own: &str, peer: &str) -> (Setup, Vec<u8>) {
			Setup::begin(self.keys.clone(), end, names(own, peer), &mut self.rng).unwrap()
		}

		/// Both ends, after `alter` changed what the transmitter sends.
		fn run(
			&mut self,
			alter: impl Fn(&mut Vec<u8>, &mut Vec<u8>),
		) -> Result<(Signatures, Signatures), SetupError> {
			let (alice, mut alices_hello) = self.begin(End::Transmitter, "alice", "bob");
			let (bob, bobs_hello) = self.begin(End::Receiver, "bob", "alice");
			let (alice, mut alices_proof) = alice.agree(&bobs_hello)?;
			alter(&mut alices_hello, &mut alices_proof);
			let (bob, bobs_proof) = bob.agree(&alices_hello)?;
			Ok((alice.complete(&bobs_proof)?, bob.complete(&alices_proof)?))
		}
	}

	#[test]
	fn messages_are_signed_after_the_set_up() {
		let mut test = Test::new();
		let (mut alice, mut bob) = test.run(|_, _| ()).unwrap();
		assert_eq!(alice.peer(), test.keys.verification_key());
		let first = alice.seal(b"first").unwrap();
		let second = alice.seal(b"second").unwrap();
		let deferred = bob.defer(b"deferred").unwrap();
		assert_eq!(
			bob.open(&first),
			Err(AuthenticationError::Forged(0)),
			"it does not cover the deferred message"
		);
		let (mut alice, mut bob) = test.run(|_, _| ()).unwrap();
		assert_eq!(bob.open(&first), Err(AuthenticationError::Forged(0)), "it belongs to another session");
		let (_, mut other) = test.run(|_, _| ()).unwrap();
		assert!(matches!(other.open(&second), Err(AuthenticationError::Sequence { .. })));
		assert_eq!(alice.open(&deferred), Ok(Opened::Deferred(b"deferred")));
		assert_eq!(alice.spent_bits() + bob.spent_bits(), 0);
		let (mut alice, mut bob) = test.run(|_, _| ()).unwrap();
		for message in [&b"first"[..], b""] {
			let bytes = alice.seal(message).unwrap();
			assert_eq!(bob.open(&bytes), Ok(Opened::Authentic(message)));
		}
		let mut bytes = bob.seal(b"back").unwrap();
		bytes[10] ^= 1;
		assert_eq!(alice.open(&bytes), Err(AuthenticationError::Forged(0)));
		assert_eq!(alice.open(&bytes), Err(AuthenticationError::Closed));
	}

	#[test]
	fn an_altered_hello_or_proof_is_refused() {
		let mut test = Test::new();
		let hello_bytes = test.begin(End::Transmitter, "alice", "bob").1.len();
		for place in (0..hello_bytes).step_by(7).chain(0..60) {
			assert!(test.run(|hello, _| hello[place] ^= 1).is_err(), "byte {place} of the hello");
		}
		for place in [0, 31, 32, 2000, PROOF - 1] {
			assert_eq!(
				test.run(|_, proof| proof[place] ^= 1).err(),
				Some(SetupError::Forged),
				"byte {place}"
			);
		}
		for length in [0, 1, PROOF - 1] {
			assert_eq!(test.run(|_, proof| proof.truncate(length)).err(), Some(SetupError::Forged));
		}
		assert_eq!(test.run(|_, proof| proof.push(0)).err(), Some(SetupError::Forged));
		assert_eq!(test.run(|_, proof| proof.fill(0xff)).err(), Some(SetupError::Forged));
	}

	#[test]
	fn unexpected_hellos_are_refused() {
		let mut test = Test::new();
		let (_, hello) = test.begin(End::Receiver, "bob", "alice");
		for length in 0..hello.len() {
			let (setup, _) = test.begin(End::Transmitter, "alice", "bob");
			assert!(matches!(
				setup.agree(&hello[..length]),
				Err(SetupError::Malformed(_) | SetupError::Other { .. })
			));
		}
		let mut refusal = |end, own: &str, peer: &str, hello: &[u8]| {
			let (setup, own_hello) = test.begin(end, own, peer);
			setup.agree(if hello.is_empty() { &own_hello } else { hello }).unwrap_err()
		};
		assert_eq!(refusal(End::Receiver, "alice", "bob", &hello), SetupError::SameEnd(End::Receiver));
		assert_eq!(refusal(End::Transmitter, "alice", "bob", &[]), SetupError::SameEnd(End::Transmitter));
		let longer = [&hello[..], &[0]].concat();
		assert_eq!(refusal(End::Transmitter, "alice", "bob", &longer), Malformed::Trailing(1).into());
		let version = [&[2], &hello[1..]].concat();
		assert_eq!(refusal(End::Transmitter, "alice", "bob", &version), SetupError::Version(2));
		assert!(matches!(
			refusal(End::Transmitter, "alice", "carol", &hello),
			SetupError::Other { field: "own name", .. }
		));
	}

	#[test]
	fn names_have_1_to_255_bytes() {
		let mut test = Test::new();
		for own in [String::new(), "a".repeat(256)] {
			let refusal =
				Setup::begin(test.keys.clone(), End::Receiver, names(&own, "bob"), &mut test.rng).err();
			assert_eq!(refusal, Some(SetupError::Name(own)));
		}
		let longest = "a".repeat(255);
		assert!(test.begin(End::Receiver, &longest, &longest).1.len() <= MAX_HELLO);
	}
}
