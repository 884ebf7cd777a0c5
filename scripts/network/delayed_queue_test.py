"""Tests of the delayed queue, by a clock of their own."""
import unittest

from delayed_queue import PATH_CAPACITY, DelayedQueue

ALICE, BOB, CHARLIE = (bytes([2, 0, 0, 0, 0, number]) for number in (1, 2, 3))
EVERYBODY = b"\xff" * 6
PORTS = {"alice": ALICE, "bob": BOB, "charlie": CHARLIE}


def frame(target, source, number=0):
    return target + source + number.to_bytes(4, "big")


def queue_of(**options):
    """A queue that knows all addresses."""
    queue = DelayedQueue(PORTS, **options)
    queue.port_of = {address: port for port, address in PORTS.items()}
    return queue


def numbers(arrivals):
    return [int.from_bytes(content[12:], "big") for _, content in arrivals]


class Switching(unittest.TestCase):
    def test_a_broadcast_arrives_everywhere_but_at_its_sender(self):
        queue = DelayedQueue(PORTS)
        queue.receive("alice", frame(EVERYBODY, ALICE), now=0)
        self.assertEqual([port for port, _ in queue.take(0)], ["bob", "charlie"])

    def test_a_frame_for_an_unknown_address_arrives_everywhere(self):
        queue = DelayedQueue(PORTS)
        queue.receive("alice", frame(BOB, ALICE), now=0)
        self.assertEqual([port for port, _ in queue.take(0)], ["bob", "charlie"])

    def test_addresses_are_learned(self):
        queue = DelayedQueue(PORTS)
        queue.receive("bob", frame(EVERYBODY, BOB), now=0)
        list(queue.take(0))
        queue.receive("alice", frame(BOB, ALICE), now=0)
        self.assertEqual([port for port, _ in queue.take(0)], ["bob"])


class Delay(unittest.TestCase):
    def test_a_frame_arrives_after_the_delay_and_not_before(self):
        queue = queue_of(delay=0.04)
        queue.receive("alice", frame(BOB, ALICE), now=10)
        self.assertEqual(queue.next_due(), 10.04)
        self.assertEqual(list(queue.take(10.0399)), [])
        self.assertEqual(list(queue.take(10.04)), [("bob", frame(BOB, ALICE))])
        self.assertIsNone(queue.next_due())

    def test_jitter_stays_in_its_bounds_and_uses_them(self):
        queue = queue_of(delay=0.04, jitter=0.01)
        delays = []
        for second in range(1000):
            queue.receive("alice", frame(BOB, ALICE), now=second)
            delays.append(queue.next_due() - second)
            list(queue.take(second + 0.5))
        self.assertAlmostEqual(min(delays), 0.03, places=3)
        self.assertAlmostEqual(max(delays), 0.05, places=3)
        self.assertAlmostEqual(sum(delays) / 1000, 0.04, places=3)

    def test_a_frame_does_not_overtake_an_earlier_one_of_its_path(self):
        queue = queue_of(delay=0.04, jitter=0.04)
        for number in range(1000):
            queue.receive("alice", frame(BOB, ALICE, number), now=number / 1000)
        self.assertEqual(numbers(queue.take(2)), list(range(1000)))

    def test_a_path_does_not_wait_for_another(self):
        queue = queue_of(delay=0.04)
        queue.paths["alice", "bob"].last_due = 99
        queue.receive("alice", frame(CHARLIE, ALICE), now=0)
        self.assertEqual(queue.next_due(), 0.04)


class Loss(unittest.TestCase):
    def survivors(self, seed, others=0):
        queue = queue_of(loss=0.1, seed=seed)
        for number in range(10_000):
            queue.receive("alice", frame(BOB, ALICE, number), now=0)
            for _ in range(others):
                queue.receive("charlie", frame(ALICE, CHARLIE), now=0)
        arrived = numbers(arrival for arrival in queue.take(0) if arrival[0] == "bob")
        return arrived, queue.counters

    def test_as_many_are_lost_as_the_probability_says(self):
        arrived, counters = self.survivors(seed=1)
        self.assertLess(abs(counters.lost - 1000), 150)
        self.assertEqual(len(arrived) + counters.lost, 10_000)

    def test_a_seed_repeats_the_losses_whatever_other_paths_carry(self):
        self.assertEqual(self.survivors(seed=1)[0], self.survivors(seed=1, others=1)[0])
        self.assertNotEqual(self.survivors(seed=1)[0], self.survivors(seed=2)[0])

    def test_paths_lose_different_frames(self):
        queue = queue_of(loss=0.5)
        for number in range(100):
            queue.receive("alice", frame(BOB, ALICE, number), now=0)
            queue.receive("charlie", frame(BOB, CHARLIE, number), now=0)
        arrived = [content for _, content in queue.take(0)]
        sent_by = lambda source: {content[12:] for content in arrived if content[6:12] == source}
        self.assertNotEqual(sent_by(ALICE), sent_by(CHARLIE))

    def test_a_full_path_drops(self):
        queue = queue_of(delay=1)
        for _ in range(PATH_CAPACITY + 3):
            queue.receive("alice", frame(BOB, ALICE), now=0)
        self.assertEqual(queue.counters.overflown, 3)
        self.assertEqual(len(list(queue.take(1))), PATH_CAPACITY)
        queue.receive("alice", frame(BOB, ALICE), now=1)
        self.assertEqual(len(list(queue.take(2))), 1)


class Cut(unittest.TestCase):
    def test_nothing_arrives_from_or_at_a_port_that_is_cut_off(self):
        queue = queue_of()
        queue.cut("bob")
        queue.receive("alice", frame(BOB, ALICE), now=0)
        queue.receive("bob", frame(ALICE, BOB), now=0)
        queue.receive("alice", frame(CHARLIE, ALICE), now=0)
        self.assertEqual([port for port, _ in queue.take(0)], ["charlie"])
        self.assertEqual(queue.counters.cut, 2)

    def test_frames_on_their_way_are_cut(self):
        queue = queue_of(delay=1)
        queue.receive("alice", frame(BOB, ALICE), now=0)
        queue.cut("bob")
        self.assertEqual(list(queue.take(1)), [])

    def test_frames_that_were_sent_to_it_meanwhile_do_not_arrive_when_it_joins(self):
        queue = queue_of(delay=1)
        queue.cut("bob")
        queue.receive("alice", frame(BOB, ALICE), now=0)
        queue.join("bob")
        self.assertEqual(list(queue.take(1)), [])

    def test_a_port_that_joins_again_receives(self):
        queue = queue_of()
        queue.cut("bob")
        queue.join("bob")
        queue.receive("alice", frame(BOB, ALICE), now=0)
        self.assertEqual([port for port, _ in queue.take(0)], ["bob"])

    def test_an_unknown_port_is_an_error_that_lists_the_ports(self):
        with self.assertRaisesRegex(ValueError, "no port dave; there are alice, bob, charlie"):
            queue_of().cut("dave")


class Options(unittest.TestCase):
    def test_values_out_of_range_are_errors(self):
        for options in ({"delay": 0.01, "jitter": 0.02}, {"delay": -1}, {"loss": 1}, {"loss": -0.1}):
            with self.subTest(options), self.assertRaises(ValueError):
                DelayedQueue(PORTS, **options)


if __name__ == "__main__":
    unittest.main()
