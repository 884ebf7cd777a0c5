use crate::{mock::*, Author, Call, Claims};
use consilium_primitives::finality::INHERENT_IDENTIFIER;
use frame_support::{
	assert_noop,
	inherent::{InherentData, ProvideInherent},
	traits::Hooks,
};
use sp_runtime::DispatchError;

#[test]
fn a_claim_is_that_of_the_author() {
	run(|| {
		block(1, 0);
		block(2, 1);
		block(1, 2);
		assert_eq!(Claims::<Test>::get().into_inner(), [(2, 1), (1, 2)]);
	});
}

#[test]
fn a_claim_reaches_at_most_to_the_parent() {
	run(|| {
		block(1, u32::MAX);
		block(2, u32::MAX);
		assert_eq!(Claims::<Test>::get().into_inner(), [(1, 0), (2, 1)]);
	});
}

#[test]
fn only_the_first_claim_in_a_block_counts() {
	run(|| {
		blocks(&[1, 2, 3, 4], 6);
		block(3, 4);
		claim(6);
		assert_eq!(Claims::<Test>::get().into_inner().pop(), Some((3, 4)));
	});
}

#[test]
fn a_block_needs_no_claim_and_may_have_no_known_author() {
	run(|| {
		begin(1);
		BlockAuthor::set(&None);
		System::set_block_number(2);
		FinalityLag::on_initialize(2);
		assert!(Author::<Test>::get().is_none());
		claim(1);
		assert!(Claims::<Test>::get().is_empty());
		assert!(matches!(FinalityLag::is_inherent_required(&InherentData::new()), Ok(None)));
	});
}

#[test]
fn a_validator_that_leaves_takes_its_claim_along() {
	run(|| {
		blocks(&[1, 2, 3, 4], 8);
		Validators::set(&vec![1, 2, 3]);
		begin(1);
		assert!(Claims::<Test>::get().iter().all(|(validator, _)| *validator != 4));
		assert_eq!(Claims::<Test>::get().len(), 3);
	});
}

#[test]
fn nobody_claims_by_a_transaction() {
	run(|| {
		begin(1);
		assert_noop!(FinalityLag::note_finalised(RuntimeOrigin::signed(1), 0), DispatchError::BadOrigin);
		assert_noop!(FinalityLag::note_finalised(RuntimeOrigin::root(), 0), DispatchError::BadOrigin);
	});
}

#[test]
fn the_inherent_says_what_the_node_knows() {
	let mut data = InherentData::new();
	assert!(FinalityLag::create_inherent(&data).is_none());
	data.put_data(INHERENT_IDENTIFIER, &7u32).unwrap();
	let call = FinalityLag::create_inherent(&data).unwrap();
	assert!(matches!(call, Call::note_finalised { height: 7 }));
	assert!(FinalityLag::is_inherent(&call));
}
