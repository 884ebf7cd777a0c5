//! Names and documentation of dispatch errors.

use consilium_runtime::Runtime;
use frame_metadata::{v14::RuntimeMetadataV14, RuntimeMetadata};
use sp_runtime::{DispatchError, ModuleError};
use sp_state_machine::BasicExternalities;

/// A dispatch error in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
	/// The pallet, in camel case, such as `modelUpdates`; `system` for errors of no pallet.
	pub pallet: String,
	/// The error, such as `InvalidSignature`.
	pub error: String,
	/// What its documentation says.
	pub docs: String,
}

/// The errors of the runtime with which this node was made.
pub struct Errors(Option<RuntimeMetadataV14>);

impl Errors {
	/// Reads them.
	pub fn new() -> Self {
		// Some constants are read from the state; none of them matters here.
		match BasicExternalities::new_empty().execute_with(Runtime::metadata).1 {
			RuntimeMetadata::V14(metadata) => Self(Some(metadata)),
			_ => Self(None),
		}
	}

	/// An error in words.
	pub fn describe(&self, error: DispatchError) -> Described {
		let DispatchError::Module(module) = error else {
			let docs = String::new();
			return Described { pallet: "system".into(), error: format!("{error:?}"), docs };
		};
		self.of_pallet(&module).unwrap_or_else(|| Described {
			pallet: format!("pallet{}", module.index),
			error: format!("error{}", module.error[0]),
			docs: "This node does not know the error; the chain's runtime is of another version".into(),
		})
	}

	fn of_pallet(&self, module: &ModuleError) -> Option<Described> {
		let metadata = self.0.as_ref()?;
		let pallet = metadata.pallets.iter().find(|pallet| pallet.index == module.index)?;
		let errors = metadata.types.resolve(pallet.error.as_ref()?.ty.id)?;
		let scale_info::TypeDef::Variant(variants) = &errors.type_def else { return None };
		let error = variants.variants.iter().find(|variant| variant.index == module.error[0])?;
		let docs = error.docs.join(" ");
		Some(Described { pallet: camel_case(&pallet.name), error: error.name.clone(), docs })
	}
}

fn camel_case(name: &str) -> String {
	let mut letters = name.chars();
	letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
	use super::*;

	fn described(index: u8, error: u8) -> Described {
		Errors::new().describe(DispatchError::Module(ModuleError {
			index,
			error: [error, 0, 0, 0],
			message: None,
		}))
	}

	#[test]
	fn errors_have_names_and_documentation() {
		let invalid = described(32, 8);
		assert_eq!((&*invalid.pallet, &*invalid.error), ("modelUpdates", "InvalidSignature"));
		assert!(invalid.docs.contains("ML-DSA-65 signature does not verify"), "{}", invalid.docs);
		assert_eq!(described(31, 0).error, "StudyNotFound");
		assert_eq!(described(12, 0).pallet, "hospitalRegistry");
	}

	#[test]
	fn errors_of_another_runtime_have_numbers() {
		assert_eq!(described(99, 7).pallet, "pallet99");
		assert_eq!(described(32, 200).error, "error200");
		let other = Errors::new().describe(DispatchError::BadOrigin);
		assert_eq!((&*other.pallet, &*other.error), ("system", "BadOrigin"));
	}
}
