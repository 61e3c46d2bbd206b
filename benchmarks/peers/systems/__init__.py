"""One module for each system, run in that system's environment; see ``benchmarks.peers.protocol``."""
