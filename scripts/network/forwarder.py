#!/usr/bin/env python3
"""Connects network namespaces by an Ethernet that delays and loses frames. Needs root.

    forwarder.py [--delay MS] [--jitter MS] [--loss P] [--seed N] NAME=NAMESPACE ...

Makes a tap device `wan` in each network namespace, and switches frames between them. Every frame is delayed
by delay ± jitter milliseconds (uniform; frames from one namespace to another keep their order) and lost with
probability P, in each direction. Linux's own netem does the same where the kernel has it.

Prints `ready`, then takes commands on standard input, one a line, and answers each with a line:
    cut NAME    no frame from or to NAME arrives any more
    join NAME   they do again
    stats       the frames so far, as JSON
    quit        ends it, as does the end of standard input
The tap devices end with it.
"""
import argparse
import ctypes
import fcntl
import json
import os
import select
import struct
import sys
import time

from delayed_queue import DelayedQueue

DEVICE = "wan"

# linux/if_tun.h, linux/sched.h
TUNSETIFF = 0x400454CA
IFF_TAP = 0x0002
IFF_NO_PI = 0x1000
CLONE_NEWNET = 0x40000000

LARGEST_FRAME = 65_536

#: Frames that are read from one device before the others have their turn.
BURST = 64


def enter(namespace):
    """Moves this thread into a network namespace. os.setns() came with Python 3.12."""
    with open(namespace) as file:
        if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter the network namespace {namespace}")


def open_tap(namespace):
    """A tap device in a network namespace: its file descriptor. The device lives as long."""
    enter(f"/run/netns/{namespace}")
    tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", DEVICE.encode(), IFF_TAP | IFF_NO_PI))
    return tap


class Forwarder:
    def __init__(self, taps, queue):
        self.taps = taps
        self.queue = queue
        self.name_of = {tap: name for name, tap in taps.items()}
        self.input = b""

    def run(self):
        """Until standard input ends or says `quit`."""
        stdin = sys.stdin.fileno()
        files = [stdin, *self.name_of]
        while True:
            due = self.queue.next_due()
            timeout = None if due is None else max(0.0, due - time.monotonic())
            # Of all ways to wait, this one has a timeout finer than a millisecond.
            ready, _, _ = select.select(files, [], [], timeout)
            for file in ready:
                if file != stdin:
                    self.read(file)
                elif not self.obey(os.read(stdin, 4096)):
                    return
            self.deliver()

    def read(self, tap):
        name, now = self.name_of[tap], time.monotonic()
        for _ in range(BURST):
            try:
                frame = os.read(tap, LARGEST_FRAME)
            except BlockingIOError:
                return
            self.queue.receive(name, frame, now)

    def deliver(self):
        for name, frame in self.queue.take(time.monotonic()):
            try:
                os.write(self.taps[name], frame)
            except OSError:
                # The device is not up yet, or full. To the sender it is one more lost frame, but the
                # probability of loss did not decide it.
                self.queue.counters.refused += 1

    def obey(self, data):
        """Takes commands; False at the end of standard input and after `quit`."""
        *lines, self.input = (self.input + data).split(b"\n")
        for line in lines:
            if line == b"quit":
                return False
            try:
                print(self.answer(line.decode().split()), flush=True)
            except ValueError as error:
                print(f"error: {error}", flush=True)
        return bool(data)

    def answer(self, words):
        if words == ["stats"]:
            return json.dumps(self.queue.counters.as_dict())
        if len(words) == 2 and words[0] == "cut":
            self.queue.cut(words[1])
        elif len(words) == 2 and words[0] == "join":
            self.queue.join(words[1])
        else:
            raise ValueError(f"unknown command {' '.join(words)!r}; use cut NAME, join NAME, stats or quit")
        return " ".join(words)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, usage=argparse.SUPPRESS
    )
    parser.add_argument("--delay", type=float, default=0, metavar="MS", help="of each frame, one way")
    parser.add_argument("--jitter", type=float, default=0, metavar="MS", help="most that it differs")
    parser.add_argument("--loss", type=float, default=0, metavar="P", help="probability, 0.01 for 1 %%")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of delays and losses")
    parser.add_argument("ports", nargs="+", metavar="NAME=NAMESPACE")
    options = parser.parse_args()
    namespaces = dict(port.partition("=")[::2] for port in options.ports)
    try:
        queue = DelayedQueue(
            namespaces, options.delay / 1000, options.jitter / 1000, options.loss, options.seed
        )
        taps = {name: open_tap(namespace) for name, namespace in namespaces.items()}
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")
    print("ready", flush=True)
    Forwarder(taps, queue).run()


if __name__ == "__main__":
    main()
