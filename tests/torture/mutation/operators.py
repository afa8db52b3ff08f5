"""The small mistakes that a mutant is made of: from a node of the syntax tree to what could stand in its place."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

Swap: TypeAlias = tuple[ast.AST, ast.AST]  # what stands there, and what could

COMPARISONS: Mapping[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC: Mapping[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
}
CALLS: Mapping[str, str] = {"min": "max", "max": "min", "any": "all", "all": "any"}
PLAIN = (ast.Name, ast.Attribute, ast.Call)  # conditions that no other change turns round


def compared_otherwise(node: ast.AST) -> Iterator[Swap]:
    if isinstance(node, ast.Compare):
        for nth, operator in enumerate(node.ops):
            for other in COMPARISONS[type(operator)]:
                yield node, ast.Compare(node.left, [*node.ops[:nth], other(), *node.ops[nth + 1 :]], node.comparators)


def one_more_or_less(node: ast.AST) -> Iterator[Swap]:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        yield node, ast.Constant(node.value + 1)
        yield node, ast.Constant(node.value - 1)


def the_other_truth(node: ast.AST) -> Iterator[Swap]:
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield node, ast.Constant(not node.value)


def joined_otherwise(node: ast.AST) -> Iterator[Swap]:
    if isinstance(node, ast.BoolOp):
        yield node, ast.BoolOp(ast.And() if isinstance(node.op, ast.Or) else ast.Or(), node.values)


def without_its_sign(node: ast.AST) -> Iterator[Swap]:
    if isinstance(node, ast.UnaryOp):
        yield node, node.operand


def reckoned_otherwise(node: ast.AST) -> Iterator[Swap]:
    if not isinstance(node, ast.BinOp | ast.AugAssign):
        return
    other = ARITHMETIC[type(node.op)]()
    if isinstance(node, ast.BinOp):
        yield node, ast.BinOp(node.left, other, node.right)
    else:
        yield node, ast.AugAssign(node.target, other, node.value)


def another_function(node: ast.AST) -> Iterator[Swap]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
        yield node, ast.Call(ast.Name(CALLS[node.func.id]), node.args, node.keywords)


def turned_round(node: ast.AST) -> Iterator[Swap]:
    if isinstance(node, ast.If | ast.IfExp | ast.While) and isinstance(node.test, PLAIN):
        yield node.test, ast.UnaryOp(ast.Not(), node.test)


def nothing_returned(node: ast.AST) -> Iterator[Swap]:
    """In place of False or None it would be the same to who asks only whether."""
    if not isinstance(node, ast.Return) or node.value is None:
        return
    if not (isinstance(node.value, ast.Constant) and not node.value.value):
        yield node, ast.Return(ast.Constant(None))


def left_out(node: ast.AST) -> Iterator[Swap]:
    """Statements without which the rest still makes sense."""
    done = isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)
    put = isinstance(node, ast.Assign) and not isinstance(node.targets[0], ast.Name | ast.Tuple)
    ended = isinstance(node, ast.Return) and node.value is None
    if done or put or ended or isinstance(node, ast.AugAssign | ast.Raise | ast.Break | ast.Continue | ast.Delete):
        yield node, ast.Pass()


CHANGES: tuple[Callable[[ast.AST], Iterator[Swap]], ...] = (
    compared_otherwise,
    one_more_or_less,
    the_other_truth,
    joined_otherwise,
    without_its_sign,
    reckoned_otherwise,
    another_function,
    turned_round,
    nothing_returned,
    left_out,
)
