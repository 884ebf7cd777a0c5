"""Tests of the forwarder without devices: its commands, and what it does with frames that are due."""
import contextlib
import io
import os
import unittest

from delayed_queue import DelayedQueue
from forwarder import Forwarder

ALICE, BOB = (bytes([2, 0, 0, 0, 0, number]) for number in (1, 2))


class Commands(unittest.TestCase):
    def setUp(self):
        self.forwarder = Forwarder({}, DelayedQueue(["alice", "bob"]))

    def obey(self, data):
        """Whether the forwarder goes on, and what it prints."""
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            goes_on = self.forwarder.obey(data)
        return goes_on, printed.getvalue()

    def test_cut_and_join_are_answered_and_done(self):
        self.assertEqual(self.obey(b"cut alice\n"), (True, "cut alice\n"))
        self.assertEqual(self.forwarder.queue.away, {"alice"})
        self.assertEqual(self.obey(b"join alice\n"), (True, "join alice\n"))
        self.assertEqual(self.forwarder.queue.away, set())

    def test_a_command_may_come_in_pieces_and_with_others(self):
        self.assertEqual(self.obey(b"cut al"), (True, ""))
        self.assertEqual(self.obey(b"ice\ncut bob\nst"), (True, "cut alice\ncut bob\n"))

    def test_an_error_is_an_answer(self):
        self.assertEqual(self.obey(b"cut\n")[1].count("error: unknown command 'cut'; use cut NAME"), 1)
        self.assertIn("error: there is no port dave", self.obey(b"join dave\n")[1])

    def test_it_ends_with_its_input_and_with_quit(self):
        self.assertEqual(self.obey(b""), (False, ""))
        self.assertEqual(self.obey(b"quit\ncut alice\n"), (False, ""))


class Delivery(unittest.TestCase):
    def deliver(self, *taps):
        queue = DelayedQueue(["alice", "bob"])
        queue.receive("alice", BOB + ALICE + b"x", now=0)
        Forwarder(dict(zip(queue.ports, taps)), queue).deliver()
        return queue.counters

    def test_a_frame_that_is_due_is_written(self):
        there, here = os.pipe()
        self.assertEqual(self.deliver(-1, here).refused, 0)
        self.assertEqual(os.read(there, 99), BOB + ALICE + b"x")
        os.close(there)
        os.close(here)

    def test_a_device_that_is_not_up_loses_nothing_by_chance(self):
        counters = self.deliver(-1, -2)
        self.assertEqual((counters.refused, counters.lost), (1, 0))


if __name__ == "__main__":
    unittest.main()
