use crate::{mock::*, Hospitals, SaeIds};
use consilium_primitives::hospital::{Role, SaeId};

fn sae(id: &str) -> SaeId {
	id.parse().unwrap()
}

/// What the check says after `damage`.
fn complaint(damage: impl FnOnce()) -> sp_runtime::TryRuntimeError {
	chain().execute_with(|| {
		HospitalRegistry::do_try_state().unwrap();
		damage();
		HospitalRegistry::do_try_state().unwrap_err()
	})
}

#[test]
fn an_sae_id_of_another_member_is_noticed() {
	let swap = || SaeIds::<Test>::swap(sae("sae-1"), sae("sae-2"));
	assert_eq!(complaint(swap), "an SAE id does not point at its member".into());
}

#[test]
fn an_sae_id_without_a_member_is_noticed() {
	let orphan = || SaeIds::<Test>::insert(sae("nobody"), EVE);
	assert_eq!(complaint(orphan), "an SAE id has no member".into());
}

#[test]
fn an_entry_that_could_not_be_admitted_is_noticed() {
	let double = roles(&[Role::Trainer, Role::Trainer]);
	let damage = || Hospitals::<Test>::mutate(BOB, |entry| entry.as_mut().unwrap().roles = double);
	assert_eq!(complaint(damage), "an entry is invalid".into());
}

#[test]
fn keys_that_could_not_be_admitted_are_noticed() {
	let damage =
		|| Hospitals::<Test>::mutate(BOB, |entry| entry.as_mut().unwrap().keys.ml_kem_768 = [0xff; 1184]);
	assert_eq!(complaint(damage), "an entry is invalid".into());
}

#[test]
fn a_member_without_an_account_is_noticed() {
	let damage = || {
		System::dec_providers(&BOB).unwrap();
	};
	assert_eq!(complaint(damage), "a member's account does not exist".into());
}

#[test]
fn too_many_members_are_noticed() {
	let damage = || {
		for account in 10..13 {
			Hospitals::<Test>::insert(account, Hospitals::<Test>::get(BOB).unwrap());
		}
	};
	assert_eq!(complaint(damage), "there are too many members".into());
}
