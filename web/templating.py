"""Jinja as our pages need it: without what it asks again at each of thousands of places, and is always the same here.

Each output becomes ``escape(environment.finalize(...))``, which makes a ``Markup`` only to join it; ours is escaped by
``finalize`` itself and stays a string. Each call asks the function whether it wants the context, and each import which
globals the other template lacks: no function of ours does, and all templates have the same.
"""

from collections.abc import Callable, MutableMapping
from typing import Any

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context


class _Code(CodeGenerator):
    """Compiles outputs so that ``finalize`` alone decides what stands there, as Jinja's ``NativeCodeGenerator`` does.

    ``a if b`` is an empty text where ``b`` is not so, and no object that turns into one.
    """

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:  # noqa: ARG002 (Jinja's)
        self.write("environment.finalize(")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:  # noqa: ARG002 (Jinja's)
        self.write(")")

    def visit_CondExpr(self, node: nodes.CondExpr, frame: Frame) -> None:  # noqa: N802 (named after the class)
        node.expr2 = node.expr2 or nodes.Const("", lineno=node.lineno)
        super().visit_CondExpr(node, frame)


class _Names(Context):
    """The names of a template; calls functions and macros as they are."""

    def call(self, function: Callable[..., Any], /, *values: Any, **named: Any) -> Any:
        named.pop("_block_vars", None)
        named.pop("_loop_vars", None)
        return function(*values, **named)


class PlainEnvironment(Environment):
    """``finalize`` has to escape what it is given, and functions are given what stands in the call."""

    code_generator_class, context_class = _Code, _Names

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The same for all templates."""
        return {**self.globals, **d} if d else self.globals
