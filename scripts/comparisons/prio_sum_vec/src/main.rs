//! Time and bytes of one client of Prio3SumVec with two aggregators, 16 bits a coordinate, as JSON lines.

use prio::{
	codec::Encode,
	vdaf::{prio3::Prio3, Client},
};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
	for length in [1_000usize, 10_000] {
		let chunk = (length as f64 * 16.0).sqrt() as usize;
		let vdaf = Prio3::new_sum_vec(2, 65_535, length, chunk)?;
		let measurement: Vec<u128> = (0..length as u128).map(|i| i * 2_654_435_761 % 65_536).collect();
		let mut times = Vec::new();
		let mut bytes = 0;
		for run in 0..15u8 {
			let start = Instant::now();
			let (public, inputs) = vdaf.shard(b"consilium", &measurement, &[run; 16])?;
			times.push(start.elapsed().as_secs_f64() * 1e3);
			bytes = public.get_encoded()?.len();
			for input in &inputs {
				bytes += input.get_encoded()?.len();
			}
		}
		times.sort_by(f64::total_cmp);
		println!("{{\"d\": {length}, \"client_ms\": {:.2}, \"up\": {bytes}}}", times[times.len() / 2]);
	}
	Ok(())
}
