"""Time, queries, memory and scans of what a benchmark does."""

import statistics
import threading
import time
from contextlib import contextmanager

import psutil

MIB = 1024 * 1024


class Stopwatch:
    """Seconds, and queries of this thread, between its start and its end."""

    def __init__(self):
        self.seconds = 0.0
        self.queries = 0

    def __enter__(self):
        self._thread = threading.current_thread()
        if not hasattr(self._thread, "query_count"):
            self._thread.query_count = self._thread.query_time = 0
        self._queries = self._thread.query_count
        self._start = time.perf_counter()
        return self

    def __exit__(self, *error):
        self.seconds += time.perf_counter() - self._start
        self.queries += self._thread.query_count - self._queries


def get_seconds(action):
    """Return the duration of ``action()``."""
    with Stopwatch() as watch:
        action()
    return watch.seconds


def get_median_seconds(action, times=3):
    """Return the median duration of ``action()``, which is done once more to warm up."""
    action()
    return statistics.median(get_seconds(action) for _each in range(times))


def compare_seconds(first, second, times=7):
    """Return the shortest durations of two actions, done by turns, after a warm-up."""
    pairs = [(get_seconds(first), get_seconds(second)) for _each in range(times + 1)]
    return tuple(min(durations) for durations in zip(*pairs[1:], strict=True))


class PeakMemory:
    """The most memory that this process holds meanwhile, over what it held before, in MiB."""

    def __enter__(self):
        self._process = psutil.Process()
        self._idle = self._process.memory_info().rss
        self._peak = self._idle
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._over.set()
        self._thread.join()

    def _watch(self):
        while not self._over.wait(0.01):
            self._peak = max(self._peak, self._process.memory_info().rss)

    @property
    def idle(self):
        return self._idle / MIB

    @property
    def growth(self):
        return (self._peak - self._idle) / MIB


@contextmanager
def sequential_scans(cr, tables):
    """Give a list that in the end names those of ``tables`` that were read from end to end.

    All has to happen in the transaction of ``cr``.
    """
    found = []
    before = _get_scans(cr, tables)
    yield found
    after = _get_scans(cr, tables)
    found += [table for table in tables if after.get(table, 0) > before.get(table, 0)]


def _get_scans(cr, tables):
    cr.execute(
        "SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE relname = ANY(%s)",
        [list(tables)],
    )
    return dict(cr.fetchall())
