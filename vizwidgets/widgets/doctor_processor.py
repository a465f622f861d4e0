"""What the machine has to compute with."""

from __future__ import annotations

import os
from collections.abc import Iterator

import torch

from vizwidgets.core.network import has_bfloat16

from .doctor_container import cores_allowed
from .doctor_report import Finding

SLOW_VECTORS = {"DEFAULT", "NO AVX"}  # what torch calls a processor whose vectors it does not use


def processor_findings() -> Iterator[Finding]:
    """Tell cores, threads and vector instructions."""
    cores, threads = num_cores(), torch.get_num_threads()
    vectors = torch.backends.cpu.get_cpu_capability()
    bfloat16 = "with" if has_bfloat16(torch.device("cpu")) else "without"
    threaded = f"torch uses {threads} thread{'s' * (threads != 1)}"
    words = f"{cores} core{'s' * (cores != 1)}, {threaded}; {vectors} vectors, {bfloat16} bfloat16"
    if threads > cores:
        remedy = f"import torch; torch.set_num_threads({cores})"
        yield Finding("Processor", "look", f"{words}: slow, threads wait for each other", remedy)
    elif cores > 1 and threads == 1:
        set_by = " (OMP_NUM_THREADS says so)" * (os.environ.get("OMP_NUM_THREADS") == "1")
        remedy = f"import torch; torch.set_num_threads({cores})"
        yield Finding("Processor", "look", f"{words}: slow{set_by}", remedy)
    elif vectors in SLOW_VECTORS:
        remedy = "be patient, or choose size=96 and num_steps=64 in explorers"
        yield Finding("Processor", "look", f"{words}: slow", remedy)
    else:
        yield Finding("Processor", "fine", words)


def num_cores() -> int:
    """Return how many cores this process may keep busy."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(there, cores_allowed() or there)
