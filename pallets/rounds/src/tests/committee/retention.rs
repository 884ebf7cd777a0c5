use super::{super::node::Node, *};
use crate::worker::retention::INTERVAL;
use consilium_primitives::job::Job;

#[test]
fn a_hospital_deletes_its_shares_those_that_it_published_and_its_partial_aggregate() {
	let mut node = Node::of(&[CAROL]);
	node.on_chain(|| {
		let once = StudySpec { retention_blocks: Some(0), max_rounds: 1, ..with(committee()) };
		let id = checking_in(once);
		all_check(id, |party| {
			let mut honest = checks(party, &NORMS);
			if party == BOB {
				for hospital in [CAROL, DAVE] {
					honest[place(hospital)] = Check::Complaint;
				}
			}
			honest
		});
		for hospital in [CAROL, DAVE] {
			answer(hospital, id, &[2]).unwrap();
		}
		for party in [ALICE, CAROL] {
			judge(party, id, &[true, true]).unwrap();
		}
		for party in PARTIES {
			post_partial(party, id).unwrap();
		}
		for hospital in [ALICE, BOB, CAROL] {
			attest(hospital, id, accept(1)).unwrap();
		}
		advance_to(round(id, 1).deadline + 1);
		advance(INTERVAL - System::block_number() % INTERVAL);
	});
	node.work();
	let mut expected: Vec<_> = (1..=4).map(|party| blob(CAROL, party)).collect();
	expected.extend([published(CAROL, 2), partial(CAROL)]);
	match &node.started()[..] {
		[Job::Delete { blobs, .. }] => assert_eq!(*blobs, expected),
		other => panic!("{other:?}"),
	}
}
