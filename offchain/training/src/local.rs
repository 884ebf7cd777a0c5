//! Local training at one hospital.

pub use crate::descent::TrainingError;

use crate::{descent::descend, model::Model, records::Records};
use consilium_primitives::model::LocalTraining;

/// Trains from the global parameters on a hospital's standardised training records and returns the local
/// parameters.
///
/// Mini-batch stochastic gradient descent on the mean loss ([`Model::loss_and_gradient`]) plus FedProx's
/// `mu / 2 * |w - w_global|^2` (Li et al. 2020, eq. 2). Every pass visits each record once, in a new order;
/// its last batch may be smaller. With
/// [`LocalSteps::Updates`](consilium_primitives::model::LocalSteps::Updates) a new pass starts within a round
/// when the records are exhausted, as in FLamby's loader.
///
/// `seed` determines the order of the records. The same arguments give the same result on one machine; other
/// processors may round matrix products differently.
pub fn train(
	model: &Model,
	global: &[f64],
	records: &Records,
	settings: &LocalTraining,
	seed: [u8; 32],
) -> Result<Vec<f64>, TrainingError> {
	model.check_parameters(global)?;
	model.check_records(records)?;
	descend(global, records.len(), settings, seed, |local, batch, gradient| {
		let Records { features, labels } = records.select(batch);
		model.backward(local, features.view(), &labels, gradient);
	})
}
