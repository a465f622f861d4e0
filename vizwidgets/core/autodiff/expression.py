"""From a text to its compute graph: a reader that goes through the text once and never runs it.

    sum      product (+ product | - product)*
    product  sign (* sign | / sign)*
    sign     - sign | + sign | power
    power    atom raised? (** sign)?
    atom     number | name | function ( sum , … ) | ( sum )

Each rule is one method. It returns the node of what it has read; nodes are appended as they are completed,
which is the order in which they can be computed.
"""

from __future__ import annotations

import math
from typing import NoReturn

from .graph import ComputeGraph, Node
from .mistakes import ExpressionError, keyword_refusal, name_refusal, stray, unknown_function
from .names import with_names
from .operations import BINARY, FUNCTIONS, NEGATIVE, Operation
from .tokens import Token, tokens_of
from .words import number_text

MAX_NODES = 300
MAX_LENGTH = 40_000  # characters
MAX_DEPTH = 50  # parentheses, minuses and powers inside each other; far below Python's own limit
CONSTANTS = {"pi": math.pi, "π": math.pi}


def compute_graph(expression: str) -> ComputeGraph:
    """Read an expression into its compute graph.

    Parameters
    ----------
    expression : str
        Names, numbers, ``+ - * / **`` (or ``^``, or ``x²``), parentheses, ``pi``, and ``exp log sin cos
        tanh sqrt sigmoid relu abs max min``. At most 300 nodes.

    Returns
    -------
    ComputeGraph
        Its nodes in the order in which they are computed.

    Raises
    ------
    TypeError
        If it is not a text.
    ExpressionError
        (a ValueError) If it cannot be read; the message says why and marks the place.

    References
    ----------
    Lecture, "Gradient of Activation in Input".

    Examples
    --------
    >>> graph = compute_graph("w * x + x")
    >>> graph.names, [node.operation.name for node in graph.operations]
    (('w', 'x'), ['a product', 'a sum'])
    """
    if not isinstance(expression, str):
        got = type(expression).__name__
        raise TypeError(f"an expression is a text such as 'x * x + 1'; got {got}.")
    if len(expression) > MAX_LENGTH:
        words = (
            f"the expression has {len(expression):,} characters, at most {MAX_LENGTH:,} are read; shorten it."
        )
        raise ExpressionError(words, expression, MAX_LENGTH)
    reader = _Reader(expression)
    return ComputeGraph(expression, with_names(reader.read()))


class _Reader:
    def __init__(self, text: str) -> None:
        self._text, self._at, self._depth = text, 0, 0
        self._tokens = tokens_of(text)
        self._nodes: list[Node] = []
        self._inputs: dict[str, Node] = {}

    def read(self) -> list[Node]:
        if self._next.kind == "end":
            self._refuse("the expression is empty; write one such as x * x + 1.")
        self._sum()
        if words := keyword_refusal(self._next.text):
            self._refuse(words)
        if self._next.kind in ("number", "name") or self._next.text == "(":
            self._refuse(f"an operator is missing before {self._next.text!r}: write 2 * x, not 2x.")
        if self._next.kind != "end":
            self._refuse(stray(self._next.text))
        if not self._inputs:
            self._refuse("there is no name to differentiate towards; write at least one, such as x.")
        return self._nodes

    # -- the grammar ----------------------------------------------------------------------------------

    def _sum(self) -> Node:
        left = self._product()
        while sign := self._taken("+", "-"):
            left = self._operate(BINARY[sign], left, self._product())
        return left

    def _product(self) -> Node:
        left = self._sign()
        while sign := self._taken("*", "/"):
            left = self._operate(BINARY[sign], left, self._sign())
        return left

    def _sign(self) -> Node:
        self._depth += 1  # whatever is nested comes by here
        if self._depth > MAX_DEPTH:
            self._refuse(f"more than {MAX_DEPTH} parentheses or signs inside each other; write it flatter.")
        if self._taken("+"):
            node = self._sign()
        elif self._taken("-"):
            node = self._negative(self._sign())
        else:
            node = self._power()
        self._depth -= 1
        return node

    def _power(self) -> Node:
        base = self._atom()
        if self._next.kind == "raised":
            base = self._operate(BINARY["**"], base, self._number(self._next))
        if self._taken("**", "^"):
            return self._operate(BINARY["**"], base, self._sign())
        return base

    def _atom(self) -> Node:
        token = self._next
        if token.kind == "number":
            return self._number(token)
        if token.kind == "name":
            return self._name(token)
        if not self._taken("("):
            self._refuse(stray(token.text))
        node = self._sum()
        self._expect(")")
        return node

    def _number(self, token: Token) -> Node:
        value = token.value
        if math.isinf(value):
            self._refuse("this number is larger than a computer's number can be (about 1.8e308).")
        self._at += 1
        return self._constant(value)

    def _name(self, token: Token) -> Node:
        if words := keyword_refusal(token.text) or name_refusal(token.text):
            self._refuse(words)
        is_called = self._tokens[self._at + 1].text == "("
        if is_called and token.text not in FUNCTIONS:
            self._refuse(unknown_function(token.text))
        if token.text in FUNCTIONS:
            if not is_called:
                self._refuse(
                    f"{token.text} is a function: write {token.text}(…), or name the input otherwise."
                )
            return self._call(token.text)
        self._at += 1
        if token.text in CONSTANTS:
            return self._constant(CONSTANTS[token.text])
        if token.text not in self._inputs:
            self._inputs[token.text] = self._add(token.text)
        return self._inputs[token.text]

    def _call(self, name: str) -> Node:
        operation, start = FUNCTIONS[name], self._at
        self._at += 2
        operands = [] if self._next.text == ")" else [self._sum()]
        while self._taken(","):
            operands.append(self._sum())
        self._expect(")")
        if len(operands) != operation.num_operands:
            self._at = start
            wanted = "1 operand" if operation.num_operands == 1 else "2 operands"
            self._refuse(f"{name} takes {wanted}; got {len(operands)}.")
        return self._operate(operation, *operands)

    # -- nodes ----------------------------------------------------------------------------------------

    def _negative(self, node: Node) -> Node:
        """Negate; the minus of a number is a part of it."""
        if node.constant is None:
            return self._operate(NEGATIVE, node)
        self._nodes.pop()  # the number was read just now, and has no other use
        return self._constant(-node.constant)

    def _constant(self, value: float) -> Node:
        return self._add(number_text(value), constant=value)

    def _operate(self, operation: Operation, *operands: Node) -> Node:
        return self._add("", operation=operation, parents=tuple(node.index for node in operands))

    def _add(
        self,
        name: str,
        operation: Operation | None = None,
        parents: tuple[int, ...] = (),
        constant: float | None = None,
    ) -> Node:
        if len(self._nodes) >= MAX_NODES:
            self._refuse(f"the expression has more than {MAX_NODES} nodes; shorten it.")
        self._nodes.append(Node(len(self._nodes), name, operation, parents, constant))
        return self._nodes[-1]

    # -- tokens ---------------------------------------------------------------------------------------

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _taken(self, *signs: str) -> str:
        """Go past the next token and return it, if it is one of these; else return the empty string."""
        if self._next.text not in signs:
            return ""
        self._at += 1
        return self._tokens[self._at - 1].text

    def _expect(self, sign: str) -> None:
        if not self._taken(sign):
            found = repr(self._next.text) if self._next.text else "the end"
            self._refuse(f"a {sign} is missing before {found}.")

    def _refuse(self, words: str) -> NoReturn:
        raise ExpressionError(words, self._text, self._next.at)
