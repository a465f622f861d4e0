"""Automatic differentiation that one can step through: an expression, its compute graph, its gradients.

Read `operations` (what each node can do), `expression` (from text to graph), then `passes` (forward and
backward).
"""

from .comparison import Comparison, compare
from .evaluation import Evaluation, GraphStep, Seen
from .expression import compute_graph
from .graph import ComputeGraph, Node
from .mistakes import ExpressionError
from .passes import evaluate, gradient
from .torch_code import torch_code

__all__ = [
    "Comparison",
    "ComputeGraph",
    "Evaluation",
    "ExpressionError",
    "GraphStep",
    "Node",
    "Seen",
    "compare",
    "compute_graph",
    "evaluate",
    "gradient",
    "torch_code",
]
