//! Evaluated models as a table or as JSON.

use crate::{
	contributions::Contributions,
	error::Error,
	evaluation::{Baseline, Evaluation, Measurement},
};
use consilium_training::{
	metrics::Metrics,
	report::{ColumnReport, DataReport},
	table::Fates,
};
use serde::Serialize;

/// The results of one invocation.
#[derive(Serialize)]
pub struct Report {
	hospitals: Vec<HospitalSize>,
	features: usize,
	parameters: usize,
	#[serde(flatten)]
	baseline: Baseline,
	models: Vec<Measurement>,
	/// `None` for a single model.
	summary: Option<Vec<Summary>>,
	/// `None` without a committee.
	contributions: Option<Contributions>,
}

#[derive(Serialize)]
struct HospitalSize {
	name: String,
	training: usize,
	test: usize,
	/// What became of each row of its file.
	rows: Fates,
	/// What a person should look at, of the file and by column.
	notices: Vec<String>,
}

/// Mean and sample standard deviation of one metric over the models.
#[derive(Serialize)]
struct Summary {
	metric: String,
	/// `None` if a model lacks the metric.
	mean: Option<f64>,
	standard_deviation: Option<f64>,
}

impl Report {
	/// Combines the measurements.
	pub fn new(
		evaluation: &Evaluation,
		models: Vec<Measurement>,
		contributions: Option<Contributions>,
	) -> Self {
		let sizes = evaluation.hospitals.iter().map(|hospital| HospitalSize {
			name: hospital.name.clone(),
			training: hospital.training.len(),
			test: hospital.test.len(),
			rows: hospital.report.rows,
			notices: notices(&hospital.report),
		});
		let mut report = Self {
			hospitals: sizes.collect(),
			features: evaluation.features,
			parameters: evaluation.model.parameters(),
			baseline: evaluation.baseline(),
			models,
			summary: None,
			contributions,
		};
		if report.models.len() > 1 {
			report.summary = Some(report.summarize());
		}
		report
	}

	/// Prints the report to standard output.
	pub fn print(&self, json: bool) -> Result<(), Error> {
		if json {
			println!("{}", serde_json::to_string_pretty(self)?);
		} else {
			print!("{}", self.table());
		}
		Ok(())
	}

	fn summarize(&self) -> Vec<Summary> {
		let rows: Vec<_> = self.models.iter().map(values).collect();
		let names = self.metric_names().into_iter().enumerate();
		names
			.map(|(index, metric)| {
				let values: Option<Vec<f64>> = rows.iter().map(|row| row[index]).collect();
				let (mean, standard_deviation) = values.map(|values| mean_and_deviation(&values)).unzip();
				Summary { metric, mean, standard_deviation }
			})
			.collect()
	}

	/// Of the pooled test set, and the one that is reported for each hospital.
	fn metrics(&self) -> (&'static [&'static str], &'static str) {
		match self.baseline {
			Baseline::MajorityShare(_) => (&["accuracy", "AUC", "log-loss", "Brier"], "accuracy"),
			Baseline::MeanRmse(_) => (&["MAE", "RMSE", "R2"], "RMSE"),
		}
	}

	fn metric_names(&self) -> Vec<String> {
		let pooled = self.metrics().0.iter().copied().map(str::to_owned);
		pooled.chain(self.hospitals.iter().map(|hospital| hospital.name.clone())).collect()
	}

	fn table(&self) -> String {
		let mut lines = vec![format!("{} features, {} parameters", self.features, self.parameters)];
		for HospitalSize { name, training, test, rows, notices } in &self.hospitals {
			let fates = if rows.dropped() > 0 { format!(" ({rows})") } else { String::new() };
			lines.push(format!("{name}: {training} training, {test} test records{fates}"));
			lines.extend(notices.iter().map(|notice| format!("{name}, {notice}")));
		}
		lines.push(match self.baseline {
			Baseline::MajorityShare(share) => {
				format!("most frequent class in the pooled test set: {share:.4}\n")
			},
			Baseline::MeanRmse(error) => {
				format!("RMSE of the mean of all training records on the pooled test set: {error:.4}\n")
			},
		});

		let names = self.metric_names();
		let first_width = self.models.iter().map(|model| model.name.len()).max().unwrap_or(0).max(4);
		let widths: Vec<usize> = names.iter().map(|name| name.len().max(8)).collect();
		let row = |first: &str, cells: Vec<String>| {
			let cells = cells.iter().zip(&widths).map(|(cell, width)| format!("  {cell:>width$}"));
			format!("{first:first_width$}{}", cells.collect::<String>())
		};
		let number = |value: &Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.4}"));

		let (pooled, own) = self.metrics();
		let pooled_width: usize = widths.iter().take(pooled.len()).map(|width| width + 2).sum();
		lines.push(format!("{:first_width$}  {:pooled_width$}own test {own}", "", "pooled test"));
		lines.push(row("", names));
		for model in &self.models {
			let time = model.seconds.map_or(String::new(), |seconds| format!("  {seconds:.4} s"));
			lines.push(row(&model.name, values(model).iter().map(number).collect()) + &time);
		}
		if let Some(summary) = &self.summary {
			lines.push(row("mean", summary.iter().map(|metric| number(&metric.mean)).collect()));
			lines.push(row("sd", summary.iter().map(|metric| number(&metric.standard_deviation)).collect()));
		}
		if let Some(contributions) = &self.contributions {
			lines.push(String::new());
			lines.push(contributions.table());
		}
		lines.join("\n") + "\n"
	}
}

fn notices(report: &DataReport) -> Vec<String> {
	let of_file = report.notices.iter().map(|notice| format!("the file {notice}"));
	let notice =
		|column: &ColumnReport| Some(format!("column `{}`: {}", column.name, column.notice.as_ref()?));
	of_file.chain(report.columns.iter().filter_map(notice)).collect()
}

/// In the order of [`Report::metric_names`].
fn values(model: &Measurement) -> Vec<Option<f64>> {
	let pooled = match &model.pooled_test {
		Metrics::Classification(metrics) => {
			vec![Some(metrics.accuracy), metrics.auc, Some(metrics.log_loss), Some(metrics.brier)]
		},
		Metrics::Regression(metrics) => vec![Some(metrics.mae), Some(metrics.rmse), metrics.r2],
	};
	let own = model.hospitals.iter().map(|metrics| match metrics {
		Metrics::Classification(metrics) => Some(metrics.accuracy),
		Metrics::Regression(metrics) => Some(metrics.rmse),
	});
	pooled.into_iter().chain(own).collect()
}

/// Mean and sample standard deviation (divisor n - 1) of at least two values.
fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
	let count = values.len() as f64;
	let mean = values.iter().sum::<f64>() / count;
	let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
	(mean, (squares / (count - 1.0)).sqrt())
}

#[cfg(test)]
mod tests {
	use super::*;
	use consilium_primitives::model::{ModelFamily, ModelSpec};
	use consilium_training::synthetic;

	#[test]
	fn standard_deviation_is_that_of_a_sample() {
		assert_eq!(mean_and_deviation(&[1.0, 3.0]), (2.0, 2.0f64.sqrt()));
	}

	#[test]
	fn table_has_a_line_for_each_model_and_the_summary() {
		let data = synthetic::dataset(1, 2, 40, 0.3, 0).unwrap();
		let spec = ModelSpec { family: ModelFamily::LogisticRegression, features: 15, classes: 2 };
		let evaluation = Evaluation::new(&data, &spec).unwrap();
		let measure = |name: &str, weight| evaluation.measure(name.to_owned(), &[weight; 16], None).unwrap();
		let table = Report::new(&evaluation, vec![measure("a", 0.0), measure("b", 0.1)], None).table();
		for start in ["15 features, 16 parameters", "hospital-01:", "a  ", "b  ", "mean", "sd"] {
			assert!(table.lines().any(|line| line.starts_with(start)), "{start} in\n{table}");
		}
		let single = Report::new(&evaluation, vec![measure("a", 0.0)], None);
		assert!(single.summary.is_none());
	}
}
