//! Which SAE belongs to which KME, which KMEs share a link, and the routes between them.

use crate::identity::{KmeId, SaeId};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The map of all KMEs, the same at each of them.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct NetworkMap {
	members: BTreeMap<KmeId, Member>,
}

#[derive(Clone, Debug, PartialEq, Eq, Default)]
struct Member {
	saes: BTreeSet<SaeId>,
	neighbours: BTreeSet<KmeId>,
}

/// The route to another KME.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
	/// The next hop.
	pub next: KmeId,
	/// Number of links.
	pub hops: u8,
}

impl NetworkMap {
	/// Adds a KME with its SAEs; `false` if it was on the map already.
	pub fn add_kme(&mut self, id: KmeId, saes: impl IntoIterator<Item = SaeId>) -> bool {
		let is_new = !self.members.contains_key(&id);
		self.members.entry(id).or_default().saes.extend(saes);
		is_new
	}

	/// Adds a link; `false` if one of its ends is not on the map, or if both are the same.
	pub fn add_link(&mut self, a: &KmeId, b: &KmeId) -> bool {
		let is_possible = a != b && self.members.contains_key(a) && self.members.contains_key(b);
		if is_possible {
			for (from, to) in [(a, b), (b, a)] {
				self.members.entry(from.clone()).or_default().neighbours.insert(to.clone());
			}
		}
		is_possible
	}

	/// The KME that serves an SAE.
	pub fn kme_of(&self, sae: &SaeId) -> Option<&KmeId> {
		self.members.iter().find(|(_, member)| member.saes.contains(sae)).map(|(id, _)| id)
	}

	/// All KMEs.
	pub fn kmes(&self) -> impl Iterator<Item = &KmeId> {
		self.members.keys()
	}

	/// The SAEs of a KME.
	pub fn saes(&self, kme: &KmeId) -> impl Iterator<Item = &SaeId> {
		self.members.get(kme).into_iter().flat_map(|member| &member.saes)
	}

	/// The KMEs that share a link with this one.
	pub fn neighbours(&self, kme: &KmeId) -> impl Iterator<Item = &KmeId> {
		self.members.get(kme).into_iter().flat_map(|member| &member.neighbours)
	}

	/// The shortest route to each reachable KME; of several, the one through the smallest ids. As all KMEs
	/// compute the same routes, each hop is closer to the destination and there are no loops.
	pub fn routes(&self, from: &KmeId) -> BTreeMap<KmeId, Route> {
		let mut routes: BTreeMap<KmeId, Route> = BTreeMap::new();
		let mut queue = VecDeque::from([from.clone()]);
		while let Some(at) = queue.pop_front() {
			let so_far = routes.get(&at).cloned();
			for neighbour in self.neighbours(&at) {
				if neighbour == from || routes.contains_key(neighbour) {
					continue;
				}
				let route = match &so_far {
					Some(route) => Route { next: route.next.clone(), hops: route.hops.saturating_add(1) },
					None => Route { next: neighbour.clone(), hops: 1 },
				};
				routes.insert(neighbour.clone(), route);
				queue.push_back(neighbour.clone());
			}
		}
		routes
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn kme(number: usize) -> KmeId {
		KmeId::new(&format!("kme-{number}")).unwrap()
	}

	fn map(kmes: usize, links: &[(usize, usize)]) -> NetworkMap {
		let mut map = NetworkMap::default();
		for number in 0..kmes {
			assert!(map.add_kme(kme(number), [SaeId::new(&format!("sae-{number}")).unwrap()]));
		}
		for (a, b) in links {
			map.add_link(&kme(*a), &kme(*b));
		}
		map
	}

	#[test]
	fn routes_of_a_ring_are_the_shortest() {
		let map = map(4, &[(0, 1), (1, 2), (2, 3), (3, 0)]);
		let routes = map.routes(&kme(0));
		assert_eq!(routes[&kme(1)], Route { next: kme(1), hops: 1 });
		assert_eq!(routes[&kme(2)], Route { next: kme(1), hops: 2 });
		assert_eq!(routes[&kme(3)], Route { next: kme(3), hops: 1 });
		assert_eq!(map.kme_of(&SaeId::new("sae-3").unwrap()), Some(&kme(3)));
	}

	#[test]
	fn unreachable_kmes_have_no_route() {
		let map = map(3, &[(0, 1), (2, 2), (2, 9)]);
		assert!(!map.routes(&kme(0)).contains_key(&kme(2)));
		assert!(map.routes(&kme(2)).is_empty());
	}

	proptest! {
		/// Following the next hops reaches the destination after the stated number of hops.
		#[test]
		fn hop_by_hop_arrives(links in prop::collection::vec((0usize..8, 0usize..8), 0..20)) {
			let map = map(8, &links);
			for from in 0..8 {
				for (to, route) in map.routes(&kme(from)) {
					let mut at = kme(from);
					for left in (1..=route.hops).rev() {
						let step = &map.routes(&at)[&to];
						prop_assert_eq!(step.hops, left);
						at = step.next.clone();
					}
					prop_assert_eq!(at, to);
				}
			}
		}
	}
}
