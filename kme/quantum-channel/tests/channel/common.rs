//! Counts for the tests.

use consilium_quantum_channel::{
	finite_key::Counts,
	record::{Basis, Intensity, Interception, Transmission},
};

/// Detections and errors of one basis.
pub fn counts(transmission: &Transmission, basis: Basis) -> Counts {
	let mut counts = Counts::default();
	for (sent, detected) in transmission.sent.iter().zip(&transmission.detected) {
		if sent.basis == basis && detected.basis == basis {
			let k = usize::from(sent.intensity.0);
			counts.detections[k] += 1;
			counts.errors[k] += u64::from(sent.bit != detected.bit);
		}
	}
	counts
}

/// Detections and errors of both bases.
pub fn both(transmission: &Transmission) -> Counts {
	let (x, z) = (counts(transmission, Basis::X), counts(transmission, Basis::Z));
	Counts {
		detections: std::array::from_fn(|k| x.detections[k] + z.detections[k]),
		errors: std::array::from_fn(|k| x.errors[k] + z.errors[k]),
	}
}

/// Errors per detection.
pub fn error_rate(counts: &Counts) -> f64 {
	counts.errors.iter().sum::<u64>() as f64 / counts.detections.iter().sum::<u64>() as f64
}

/// Number of key bits known to the eavesdropper.
pub fn known_key_bits(interception: &Interception) -> u64 {
	let Interception { transmission, known } = interception;
	let records = transmission.sent.iter().zip(&transmission.detected).zip(known);
	records
		.map(|((sent, detected), known)| {
			u64::from(sent.basis == Basis::X && detected.basis == Basis::X && *known)
		})
		.sum()
}

/// Number of detections with this setting.
pub fn with_setting(transmission: &Transmission, intensity: Intensity, sent: Basis, detected: Basis) -> u64 {
	let records = transmission.sent.iter().zip(&transmission.detected);
	records.filter(|(a, b)| a.intensity == intensity && a.basis == sent && b.basis == detected).count() as u64
}
