//! A party's checks of a hospital's shares.

use crate::{
	challenge::{Challenge, Signs, SIGNS_PER_BYTE},
	field::{in_field, Field},
	package::Share,
	product::correction,
	shape::{Shape, ShapeError},
};
use consilium_primitives::committee::{field::PrimeField, Committee};
use zeroize::Zeroizing;

/// Elements that are processed together; a multiple of the coordinates per byte of signs.
const BLOCK: usize = 1024;

/// Why a share cannot be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
	/// The committee or the number of coordinates.
	#[error(transparent)]
	Shape(#[from] ShapeError),
	/// The share was opened for another committee.
	#[error(
		"the share was opened for a committee with another field, threshold or size; open it for this one"
	)]
	Foreign,
	/// The study checks directions, but the root update is missing.
	#[error("the study checks the direction of updates, but the root update is missing")]
	RootMissing,
	/// The root update has the wrong number of coordinates.
	#[error("the root update has {found} coordinates, but the model has {expected}")]
	RootLength {
		/// Its coordinates.
		found: usize,
		/// The model's coordinates.
		expected: usize,
	},
	/// A coordinate of the root update does not fit the field.
	#[error(
		"coordinate {place} of the root update is above half the modulus; encode it with the committee's \
		 root bits"
	)]
	RootOutOfRange {
		/// The coordinate, from 0.
		place: usize,
	},
}

/// The elements that the party posts for this share, in the order of [`Committee::check_elements`]:
///
/// - for each degree test r, mask_r(m) + sum_i rho_r^i e_i(m), i from 1, over the coordinates, S, and O_1 to
///   O_t;
/// - the residue of the proof of product, sum_j f_j(m)^2 - S(m) - sum_k m^k O_k(m), which is 0 for an honest
///   hospital;
/// - S(m), the squared norm;
/// - sum_j u_j f_j(m) with the root update u, unless directions are not checked; then `root` is ignored;
/// - sum_j s_j f_j(m) for each projection, with its signs s.
///
/// Makes a single pass over the share.
pub fn check_elements<AccountId>(
	share: &Share,
	committee: &Committee<AccountId>,
	challenge: &Challenge,
	root: Option<&[i64]>,
) -> Result<Vec<u64>, CheckError> {
	let shape = Shape::new(committee, share.shape.parameters)?;
	if shape != share.shape {
		return Err(CheckError::Foreign);
	}
	let root = match committee.direction.root() {
		None => None,
		Some(_) => Some(valid_root(root.ok_or(CheckError::RootMissing)?, &shape)?),
	};
	let signs: Vec<_> = (0..committee.projections).map(|projection| challenge.signs(projection)).collect();
	in_field!(shape.field, check(share, challenge, root, signs))
}

fn valid_root<'a>(root: &'a [i64], shape: &Shape) -> Result<&'a [i64], CheckError> {
	if root.len() != shape.parameters {
		return Err(CheckError::RootLength { found: root.len(), expected: shape.parameters });
	}
	let largest = shape.field.largest_magnitude();
	match root.iter().position(|coordinate| coordinate.unsigned_abs() > largest) {
		Some(place) => Err(CheckError::RootOutOfRange { place }),
		None => Ok(root),
	}
}

fn check<F: Field>(
	share: &Share,
	challenge: &Challenge,
	root: Option<&[i64]>,
	signs: Vec<Signs>,
) -> Result<Vec<u64>, CheckError> {
	let field = F::PRIME;
	let shape = &share.shape;
	let elements = F::of(&share.elements).ok_or(CheckError::Foreign)?;
	let (tested, masks) = elements.split_at(shape.tested());

	let mut tests: Vec<_> =
		(0..).zip(masks).map(|(r, _)| DegreeTest::<F>::new(challenge.rho(field, r))).collect();
	let mut squares = 0;
	let mut inner_product = 0;
	let mut projections = Projections::new(signs);
	let mut root_elements = vec![F::Element::default(); BLOCK];
	for (place, block) in (0..).step_by(BLOCK).zip(tested.chunks(BLOCK)) {
		for test in &mut tests {
			test.add(block);
		}
		let coordinates = &block[..block.len().min(shape.parameters.saturating_sub(place))];
		squares = field.add(squares, F::sum_of_squares(coordinates));
		if let Some(root) = root.and_then(|root| root.get(place..place + coordinates.len())) {
			F::encode(root, &mut root_elements);
			inner_product = field.add(inner_product, F::inner_product(coordinates, &root_elements));
		}
		projections.add::<F>(coordinates);
	}

	let square = tested[shape.parameters].into();
	let values = tested[shape.parameters + 1..].iter().map(|value| (*value).into());
	let product = field.add(square, correction(field, share.party(), values));
	let mut posted: Vec<u64> =
		tests.iter().zip(masks).map(|(test, mask)| field.add(test.sum, (*mask).into())).collect();
	posted.push(field.subtract(squares, product));
	posted.push(square);
	posted.extend(root.map(|_| inner_product));
	posted.extend(projections.sums.iter().map(|sum| residue(field, *sum)));
	Ok(posted)
}

/// sum_i rho^i e_i.
struct DegreeTest<F: Field> {
	/// rho^1 to rho^BLOCK.
	powers: Vec<F::Element>,
	/// rho^(BLOCK b) before block b.
	scale: u64,
	sum: u64,
}

impl<F: Field> DegreeTest<F> {
	fn new(rho: u64) -> Self {
		let mut power = 1;
		let powers = (0..BLOCK).map(|_| {
			power = F::PRIME.multiply(power, rho);
			F::element(power)
		});
		Self { powers: powers.collect(), scale: 1, sum: 0 }
	}

	fn add(&mut self, block: &[F::Element]) {
		let sum = F::inner_product(block, &self.powers);
		self.sum = F::PRIME.add(self.sum, F::PRIME.multiply(self.scale, sum));
		self.scale = F::PRIME.multiply(self.scale, self.powers[BLOCK - 1].into());
	}
}

/// Signed sums of coordinates.
///
/// Four coordinates have 16 subset sums, in which every projection looks up the sum of the coordinates to be
/// added and that of those to be subtracted.
struct Projections {
	signs: Vec<Signs>,
	bytes: Vec<[u8; BLOCK / SIGNS_PER_BYTE]>,
	sums: Zeroizing<Vec<i128>>,
}

impl Projections {
	fn new(signs: Vec<Signs>) -> Self {
		let bytes = vec![[0; BLOCK / SIGNS_PER_BYTE]; signs.len()];
		let sums = Zeroizing::new(vec![0; signs.len()]);
		Self { signs, bytes, sums }
	}

	fn add<F: Field>(&mut self, block: &[F::Element]) {
		if self.signs.is_empty() {
			return;
		}
		for (signs, bytes) in self.signs.iter_mut().zip(&mut self.bytes) {
			signs.fill(bytes);
		}
		for (i, four) in block.chunks(SIGNS_PER_BYTE).enumerate() {
			let mut some = [0u64; 1 << SIGNS_PER_BYTE];
			for k in 0..SIGNS_PER_BYTE {
				let element = four.get(k).map_or(0, |element| (*element).into());
				for those in 0..1 << k {
					some[those | 1 << k] = some[those] + element;
				}
			}
			for (sum, bytes) in self.sums.iter_mut().zip(&self.bytes) {
				let plus = some[usize::from(bytes[i] & 15)];
				let minus = some[usize::from(bytes[i] >> 4)];
				*sum += i128::from(plus) - i128::from(minus);
			}
		}
	}
}

fn residue(field: PrimeField, sum: i128) -> u64 {
	let magnitude = field.reduce(sum.unsigned_abs());
	if sum < 0 {
		field.subtract(0, magnitude)
	} else {
		magnitude
	}
}
