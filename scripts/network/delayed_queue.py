"""Frames on their way between the ports of a network that delays and loses them. No input or output here."""
import heapq
import itertools
import random
import typing

BROADCAST_BIT = 1

#: Frames that may be on their way along one path; more are dropped, as a full router does.
PATH_CAPACITY = 20_000


class Counters:
    """What became of the frames of all paths."""

    FIELDS = ("received", "delivered", "bytes", "lost", "cut", "overflown", "refused")

    def __init__(self):
        for field in self.FIELDS:
            setattr(self, field, 0)

    def as_dict(self):
        return {field: getattr(self, field) for field in self.FIELDS}


class Path:
    """From one port to another: its own random numbers, so that no other path's traffic changes them."""

    def __init__(self, seed, source, target):
        self.random = random.Random(f"{seed} {source} {target}")
        self.last_due = 0.0
        self.waiting = 0


class DelayedQueue:
    """
    Switches Ethernet frames between ports, and says when each is due at which port.

    The delay of a frame is uniform between delay - jitter and delay + jitter, in seconds. A frame does not
    overtake an earlier one of its path: on a real route reordering is rare, and TCP takes it for loss. Frames
    in a burst therefore arrive with the slowest before them.
    """

    def __init__(self, ports, delay=0.0, jitter=0.0, loss=0.0, seed=0):
        if not 0 <= jitter <= delay:
            raise ValueError(f"jitter {jitter} s must be from 0 to the delay {delay} s")
        if not 0 <= loss < 1:
            raise ValueError(f"loss {loss} must be from 0 to below 1")
        self.ports = list(ports)
        self.delay, self.jitter, self.loss = delay, jitter, loss
        self.paths = {
            (source, target): Path(seed, source, target)
            for source, target in itertools.permutations(self.ports, 2)
        }
        self.port_of: typing.Dict[bytes, str] = {}
        self.away: typing.Set[str] = set()
        self.heap: list = []
        self.order = itertools.count()
        self.counters = Counters()

    def cut(self, port):
        """From now on no frame from or to a port arrives, not even one that is on its way."""
        self._check(port)
        self.away.add(port)

    def join(self, port):
        self._check(port)
        self.away.discard(port)

    def receive(self, source, frame, now):
        """A port sent a frame."""
        counters = self.counters
        counters.received += 1
        target_address, source_address = frame[:6], frame[6:12]
        self.port_of[source_address] = source
        known = None if target_address[0] & BROADCAST_BIT else self.port_of.get(target_address)
        for target in self.ports if known is None else (known,):
            if target != source:
                self._send(source, target, frame, now)

    def _send(self, source, target, frame, now):
        path = self.paths[source, target]
        # Drawn for every frame, so that a cut does not change the fate of the frames after it.
        is_lost = self.loss > 0 and path.random.random() < self.loss
        extra = path.random.uniform(-self.jitter, self.jitter) if self.jitter else 0.0
        if self.away and (source in self.away or target in self.away):
            self.counters.cut += 1
        elif is_lost:
            self.counters.lost += 1
        elif path.waiting >= PATH_CAPACITY:
            self.counters.overflown += 1
        else:
            path.last_due = due = max(path.last_due, now + self.delay + extra)
            path.waiting += 1
            heapq.heappush(self.heap, (due, next(self.order), source, target, frame))

    def next_due(self):
        """When the next frame is due, or None."""
        return self.heap[0][0] if self.heap else None

    def take(self, now):
        """The frames that are due: yields port and frame."""
        while self.heap and self.heap[0][0] <= now:
            _, _, source, target, frame = heapq.heappop(self.heap)
            self.paths[source, target].waiting -= 1
            if self.away and (source in self.away or target in self.away):
                self.counters.cut += 1
                continue
            self.counters.delivered += 1
            self.counters.bytes += len(frame)
            yield target, frame

    def _check(self, port):
        if port not in self.ports:
            raise ValueError(f"there is no port {port}; there are {', '.join(self.ports)}")
