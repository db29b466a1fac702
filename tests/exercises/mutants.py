"""Single wrong steps in the source of a solution: what a reader's slip of the pen makes of it."""

import ast
import copy
import inspect
import textwrap

SWAPS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
CONSTANTS = {0: (1,), 0.5: (1.0, 0.25), 1: (2, 0), 2: (1, 3), 3: (2,), 4: (2, 3)}
METHODS = {
    "sum": "mean",
    "mean": "sum",
    "prod": "sum",
    "logsumexp": "mean",
    "any": "all",
    "all": "any",
    "max": "min",
    "min": "max",
    "log1p": "log",
}
DROPPED = {"sqrt", "log", "exp", "abs", "square"}
COMPARISONS = {ast.Lt: ast.LtE, ast.Gt: ast.GtE, ast.NotEq: ast.Eq, ast.Eq: ast.NotEq}


def mutants(solution):
    """(what was changed, the changed function) for every single slip in the solution."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(solution)))
    (function,) = tree.body
    function.decorator_list, function.returns = [], None
    for argument in function.args.args:
        argument.annotation = None
    for place, original in enumerate(ast.walk(tree)):
        for change in range(4):
            if words := slip(copy.deepcopy(original), change):
                copied = copy.deepcopy(tree)
                node = list(ast.walk(copied))[place]
                slip(node, change)
                space = {**vars(inspect.getmodule(solution)), "_same": lambda v: v}
                code = ast.unparse(ast.fix_missing_locations(copied))
                exec(code, space)
                yield f"{words}, line {getattr(node, 'lineno', 0)}", space[function.name]


def slip(node, change):
    """Change one node in place; what was done, or None."""
    if isinstance(node, ast.BinOp) and type(node.op) in SWAPS and change == 0:
        old, node.op = type(node.op), SWAPS[type(node.op)]()
        return f"{old.__name__} to {type(node.op).__name__}"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and change == 1:
        node.left, node.right = node.right, node.left
        return "difference turned round"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div) and change in (1, 2):
        kept = node.left if change == 1 else node.right
        node.op, other = ast.Mult(), ast.Constant(1.0)
        node.left, node.right = (kept, other)
        return "a factor dropped"
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        others = CONSTANTS.get(node.value, ())
        if change < len(others):
            old, node.value = node.value, others[change]
            return f"{old} to {node.value}"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and change == 0:
        node.op = ast.UAdd()
        return "minus dropped"
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS and change == 0:
        node.ops = [COMPARISONS[type(node.ops[0])]()]
        return "comparison changed"
    return of_call(node, change)


def of_call(node, change):
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and change == 0):
        return None
    name, owner = node.func.attr, node.func.value
    if name in METHODS:
        node.func.attr = METHODS[name]
        return f"{name} to {METHODS[name]}"
    if name in DROPPED:
        (inner,) = node.args if node.args else (owner,)
        node.func, node.args = ast.Name("_same", ast.Load()), [inner]
        return f"{name} dropped"
    return None
