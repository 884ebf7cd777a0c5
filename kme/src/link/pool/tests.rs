use super::*;
use proptest::prelude::*;

fn pair(bits: u64) -> (LinkPool, LinkPool) {
	(LinkPool::new(End::A, bits), LinkPool::new(End::B, bits))
}

#[test]
fn the_ends_use_different_halves() {
	let (a, b) = pair(1024);
	for end in [&a, &b] {
		end.deposit(0, &[1, 2, 3, 4]).unwrap();
	}
	assert_eq!(a.draw(2).unwrap().bytes.as_slice(), [1, 2]);
	assert_eq!(b.draw(2).unwrap().bytes.as_slice(), [3, 4]);
	assert_eq!(a.draw(1).err(), Some(PoolFault::Empty { stored: 0, needed: 8 }));
}

#[test]
fn bits_are_used_once() {
	let (a, b) = pair(1024);
	for end in [&a, &b] {
		end.deposit(7, &[9; 16]).unwrap();
	}
	let drawn = a.draw(4).unwrap();
	assert_eq!(b.peek(&drawn.segments).unwrap(), drawn.bytes);
	assert_eq!(b.peek(&drawn.segments).unwrap(), drawn.bytes, "peeking uses nothing up");
	b.commit(&drawn.segments);
	assert_eq!(b.peek(&drawn.segments).err(), Some(PoolFault::Missing(7)));
}

#[test]
fn the_ends_stay_synchronised_after_a_lost_message_and_a_lost_block() {
	let (a, b) = pair(1024);
	for number in [0, 2] {
		for end in [&a, &b] {
			end.deposit(number, &[number as u8 + 1; 8]).unwrap();
		}
		if number == 0 {
			a.deposit(1, &[99; 8]).unwrap();
		}
	}
	a.draw(3).unwrap(); // Its message is lost.
	let across = a.draw(3).unwrap();
	assert_eq!(across.segments.len(), 2);
	assert_eq!(b.peek(&across.segments).err(), Some(PoolFault::Missing(1)));
	a.forget(1);
	let drawn = a.draw(4).unwrap();
	assert_eq!(b.peek(&drawn.segments).unwrap(), drawn.bytes);
	b.commit(&drawn.segments);
	assert_eq!(b.stored_bits(), (64, 0));
}

#[test]
fn a_full_pool_drops_its_oldest_bits_and_the_receiver_keeps_what_the_sender_has() {
	let (a, b) = pair(16 * 16);
	for number in 0..100 {
		for end in [&a, &b] {
			end.deposit(number, &[number as u8; 16]).unwrap();
		}
	}
	assert_eq!(a.stored_bits(), (128, 256));
	let drawn = a.draw(16).unwrap();
	assert_eq!(drawn.segments[0], Segment { block: 98, offset: 0, length: 8 });
	assert_eq!(b.peek(&drawn.segments).unwrap(), drawn.bytes);
}

#[test]
fn a_block_is_deposited_once() {
	let (a, _) = pair(1024);
	a.deposit(3, &[1; 4]).unwrap();
	assert_eq!(a.deposit(3, &[2; 4]), Err(PoolFault::NotNewer(3)));
	a.reset();
	assert_eq!(a.stored_bits(), (0, 0));
	a.deposit(0, &[2; 4]).unwrap();
}

proptest! {
	#[test]
	fn foreign_segments_never_panic(places: Vec<(u64, u32, u32)>, blocks in 0u64..4) {
		let (a, _) = pair(1024);
		for number in 0..blocks {
			a.deposit(number, &[1; 32]).unwrap();
		}
		let segments: Vec<_> = places
			.iter()
			.map(|(block, offset, length)| Segment { block: block % 5, offset: *offset, length: *length })
			.collect();
		let _ = a.peek(&segments);
	}

	/// Both ends agree on every byte, whatever is drawn, lost or dropped.
	#[test]
	fn the_ends_agree(steps in prop::collection::vec((0u8..4, 1usize..60, any::<bool>()), 1..80)) {
		let (a, b) = pair(16 * 64);
		let mut number = 0;
		for (action, size, is_lost) in steps {
			if action == 0 {
				let block: Vec<u8> = (0..size).map(|place| (number as usize * 61 + place) as u8).collect();
				a.deposit(number, &block).unwrap();
				b.deposit(number, &block).unwrap();
				number += 1;
			} else {
				let (from, to) = if action == 1 { (&a, &b) } else { (&b, &a) };
				let Ok(drawn) = from.draw(size) else { continue };
				prop_assert_eq!(drawn.bytes.len(), size);
				if !is_lost {
					prop_assert_eq!(to.peek(&drawn.segments).unwrap(), drawn.bytes);
					to.commit(&drawn.segments);
				}
			}
			let ((a_out, a_in), (b_out, b_in)) = (a.stored_bits(), b.stored_bits());
			prop_assert!(a_in >= b_out && b_in >= a_out);
		}
	}
}
