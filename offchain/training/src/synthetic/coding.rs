//! Coding conventions of hospitals.

use super::patient::Patient;

/// A hospital's conventions, which alternate by the hospital's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Coding {
	sex: [&'static str; 2],
	admission: [&'static str; 3],
	smoking: [&'static str; 3],
	diabetes: [&'static str; 2],
	readmitted: [&'static str; 2],
	missing: &'static str,
	units: Units,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Units {
	/// mg/dL, g/dL, degrees Celsius.
	Conventional,
	/// mmol/L, umol/L, g/L, degrees Celsius.
	International,
	/// mg/dL, g/dL, degrees Fahrenheit.
	Fahrenheit,
}

const CODINGS: [Coding; 3] = [
	Coding {
		sex: ["F", "M"],
		admission: ["elective", "emergency", "transfer"],
		smoking: ["never", "former", "current"],
		diabetes: ["no", "yes"],
		readmitted: ["0", "1"],
		missing: "",
		units: Units::Conventional,
	},
	Coding {
		sex: ["2", "1"],
		admission: ["1", "2", "3"],
		smoking: ["0", "1", "2"],
		diabetes: ["0", "1"],
		readmitted: ["0", "1"],
		missing: "-9",
		units: Units::International,
	},
	Coding {
		sex: ["female", "male"],
		admission: ["elective", "emergency", "transfer"],
		smoking: ["never", "former", "current"],
		diabetes: ["N", "Y"],
		readmitted: ["no", "yes"],
		missing: "NA",
		units: Units::Fahrenheit,
	},
];

impl Coding {
	pub fn of_hospital(hospital: u32) -> Self {
		CODINGS[hospital as usize % CODINGS.len()]
	}

	/// The header line, with its line feed.
	pub fn header(&self) -> String {
		let (temperature, glucose, creatinine, hemoglobin) = match self.units {
			Units::Conventional => ("temperature", "glucose", "creatinine", "hemoglobin"),
			Units::International => ("temperature", "glucose_mmol_l", "creatinine_umol_l", "hemoglobin_g_l"),
			Units::Fahrenheit => ("temperature_f", "glucose", "creatinine", "hemoglobin"),
		};
		format!(
			"patient,age,sex,admission,smoking,diabetes,systolic_bp,heart_rate,{temperature},bmi,{glucose},\
			 {creatinine},{hemoglobin},crp,readmitted\n"
		)
	}

	/// One patient's line, with its line feed. `number` is their serial number.
	pub fn line(&self, number: usize, patient: &Patient) -> String {
		let si = if self.units == Units::International { 1.0 } else { 0.0 };
		let unit = |conventional: f64, international: f64| conventional + si * (international - conventional);
		let temperature = patient.temperature.map(|celsius| {
			if self.units == Units::Fahrenheit {
				celsius * 1.8 + 32.0
			} else {
				celsius
			}
		});
		let cells = [
			number.to_string(),
			format!("{:.0}", patient.age),
			self.sex[usize::from(patient.male)].to_owned(),
			self.admission[patient.admission].to_owned(),
			patient.smoking.map_or(self.missing, |code| self.smoking[code]).to_owned(),
			self.diabetes[usize::from(patient.diabetes)].to_owned(),
			self.number(patient.systolic_bp, 0),
			self.number(patient.heart_rate, 0),
			self.number(temperature, 1),
			self.number(patient.bmi, 1),
			self.number(patient.glucose.map(|value| value * unit(1.0, 1.0 / 18.016)), 1),
			self.number(patient.creatinine.map(|value| value * unit(1.0, 88.4)), 2),
			self.number(patient.hemoglobin.map(|value| value * unit(1.0, 10.0)), 1),
			self.number(patient.crp, 1),
			self.readmitted[usize::from(patient.readmitted)].to_owned(),
		];
		cells.join(",") + "\n"
	}

	fn number(&self, value: Option<f64>, decimals: usize) -> String {
		value.map_or(self.missing.to_owned(), |value| format!("{value:.decimals$}"))
	}
}
