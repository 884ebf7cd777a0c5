//! Framing of the connection of a link.
//!
//! A frame is its kind (1 byte), the length of its content (4 bytes, big-endian) and the content.

/// Bytes before the content.
pub const HEADER_BYTES: usize = 5;

/// The purpose of a frame. Each kind has its own queue at the receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
	/// Keeps the connection alive. Empty.
	Heartbeat,
	/// Deliveries of keys and their outcomes.
	KeyDelivery,
	/// The simulated quantum channel of this link.
	Quantum,
	/// The classical channel of this link's key distillation.
	Classical,
}

/// Why bytes are not a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameFault {
	/// No kind has this number.
	#[error("frame of unknown kind {0}")]
	Kind(u8),
	/// The frame is too long for its kind.
	#[error("{kind:?} frame of {length} bytes; at most {} are allowed", kind.max_length())]
	Length {
		/// The kind.
		kind: Kind,
		/// Bytes of the content.
		length: u64,
	},
}

impl Kind {
	/// Maximum length of the content in bytes.
	pub const fn max_length(self) -> usize {
		match self {
			Self::Heartbeat => 0,
			Self::KeyDelivery => 256 * 1024,
			// One block of detections may have millions of records.
			Self::Quantum | Self::Classical => 16 * 1024 * 1024,
		}
	}

	const fn number(self) -> u8 {
		match self {
			Self::Heartbeat => 0,
			Self::KeyDelivery => 1,
			Self::Quantum => 2,
			Self::Classical => 3,
		}
	}
}

/// The header of a frame.
///
/// # Errors
/// If the content is too long.
pub fn header(kind: Kind, length: usize) -> Result<[u8; HEADER_BYTES], FrameFault> {
	match u32::try_from(length) {
		Ok(short) if length <= kind.max_length() => {
			let [a, b, c, d] = short.to_be_bytes();
			Ok([kind.number(), a, b, c, d])
		},
		_ => Err(FrameFault::Length { kind, length: length as u64 }),
	}
}

/// The kind and length in a header.
pub fn parse_header(header: [u8; HEADER_BYTES]) -> Result<(Kind, usize), FrameFault> {
	let [number, a, b, c, d] = header;
	let kind = match number {
		0 => Kind::Heartbeat,
		1 => Kind::KeyDelivery,
		2 => Kind::Quantum,
		3 => Kind::Classical,
		other => return Err(FrameFault::Kind(other)),
	};
	let length = u32::from_be_bytes([a, b, c, d]) as usize;
	if length > kind.max_length() {
		return Err(FrameFault::Length { kind, length: length as u64 });
	}
	Ok((kind, length))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn headers_round_trip_and_are_bounded() {
		for kind in [Kind::Heartbeat, Kind::KeyDelivery, Kind::Quantum, Kind::Classical] {
			let most = kind.max_length();
			assert_eq!(parse_header(header(kind, most).unwrap()), Ok((kind, most)));
			assert!(header(kind, most + 1).is_err());
			let [a, b, c, d] = (most as u32 + 1).to_be_bytes();
			assert!(parse_header([kind.number(), a, b, c, d]).is_err());
		}
		assert_eq!(parse_header([4, 0, 0, 0, 0]), Err(FrameFault::Kind(4)));
	}
}
