"""What a rule is made of, and what it gets and yields.

A rule is a small class in a file named after it. What it checks follows from the methods it has:

- `check_field(field)`: a field name in a document or a definition;
- `check(document)`: one document by itself;
- `collect(entity)` and `judge(group, facts, world)`: several documents. Facts are collected from
  every document, and each group of facts is judged once;
- `check_member`, `check_definition`, `check_definitions`, `check_layout`: definitions;
- `check_change`: the difference between two states of definitions;
- `check_suppression`: a suppression comment.

A rule yields paths and messages. The engine finds the locations. A rule never prints, and never
reads a file.
"""

from dispatch_lint.rule.base import DEFINITION_METHODS, NoOptions, Rule
from dispatch_lint.rule.corpus import STORE, Entity, Fact, Fail, Judgement, Read, World
from dispatch_lint.rule.defining import GONE, defining_problem, option_names
from dispatch_lint.rule.example import Example, stored
from dispatch_lint.rule.fields import FieldUse, Member, rename_fix

__all__ = [
    "DEFINITION_METHODS", "GONE", "STORE", "Entity", "Example", "Fact", "Fail", "FieldUse", "Judgement",
    "Member", "NoOptions", "Read", "Rule", "World", "defining_problem", "option_names", "rename_fix",
    "stored",
]  # fmt: skip
