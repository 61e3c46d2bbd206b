"""A Ray cluster of several nodes on one machine, for tests and benchmarks: a node can be killed as a machine is."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_ENVIRONMENT = {
    "PYTHONPATH": str(Path(__file__).parent.parent),  # workers run this very code
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # Ray's name for: every node is at 127.0.0.1
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_worker_niceness": "0",  # workers have the priority of whoever starts them, not a lower one
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
_SOON = {
    "health_check_initial_delay_ms": 0,
    "health_check_period_ms": 300,
    "health_check_failure_threshold": 3,
}
"""A node that does not answer is taken for lost after a second, not after half a minute."""


class Nodes:
    """A head without cores, and nodes of one core each.

    Args:
        cluster: Ray's own.
        workers: its nodes.
    """

    def __init__(self, cluster: Any, workers: list[Any]) -> None:
        self._cluster = cluster
        self._workers = workers

    @property
    def address(self) -> str:
        """What a driver connects to."""
        return str(self._cluster.address)

    def kill_one(self) -> str:
        """Kill a node with all its processes, as when its machine loses power; returns its id."""
        node = self._workers.pop()
        name = str(node.node_id)
        self._cluster.remove_node(node, allow_graceful=False)
        return name

    def add_one(self) -> None:
        """Have another node join."""
        self._workers.append(self._cluster.add_node(num_cpus=1, node_ip_address="127.0.0.1", include_dashboard=False))


@contextmanager
def nodes(count: int) -> Iterator[Nodes]:
    """So many nodes and a head, ended afterwards. To be called before ray is imported."""
    before = {name: os.environ.get(name) for name in _ENVIRONMENT}
    os.environ.update(_ENVIRONMENT)
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 0, "node_ip_address": "127.0.0.1", "include_dashboard": False, "_system_config": _SOON}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    started = Nodes(cluster, [])
    try:
        for _ in range(count):
            started.add_one()
        yield started
    finally:
        with contextlib.suppress(Exception):
            cluster.shutdown()
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
