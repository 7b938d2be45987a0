"""YAML text → its documents.

YAML is what libyaml's grammar takes for it, as dispatch does, and scalars mean what the core schema
of YAML 1.2 says. libyaml is imported for the first document that needs it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

from dispatch_lint.text.tree import Cut, Duplicate, Node, Part, Problem
from dispatch_lint.text.yaml_split import is_marker, split_documents
from dispatch_lint.text.yaml_text import YamlText

if TYPE_CHECKING:
    from dispatch_lint.config.limits import Limits
    from dispatch_lint.model.location import Path
    from dispatch_lint.text.yaml_places import Notes


def read_yaml(
    text: str, limits: Limits, *, wanted: Collection[int] | None = None
) -> Iterator[Part]:
    """The documents of a text, each read when it is its turn. What does not parse has a `problem`.

    Args:
        text: without a byte order mark.
        limits: `depth` is 500 at most.
        wanted: the numbers of the documents to read; None for all.
    """
    from dispatch_lint.text.yaml_composing import read_composed

    shared = YamlText(text, limits)
    spans = pairwise(chain(split_documents(text), [(len(text), len(text))]))
    for number, ((start, stop), (end, _)) in enumerate(spans):
        if number >= limits.values:
            problem = Problem(limits.too_many_values, shared.lines.range(start, start))
            yield YamlPart(shared, None, problem, (start, len(text), len(text)), is_notable=False)
            return
        if wanted is None or number in wanted:
            read = read_composed(shared, start, stop)
            place = (start, stop, end)
            yield YamlPart(shared, read.value, read.problem, place, is_notable=read.is_notable)


class YamlPart(Part):
    """A YAML document."""

    __slots__ = ("_following", "_is_notable", "_notes", "_shared")

    def __init__(
        self,
        shared: YamlText,
        value: Any,
        problem: Problem | None,
        place: tuple[int, int, int],
        *,
        is_notable: bool,
    ) -> None:
        """Take a document that was read.

        Args:
            place: where its text begins and ends, and where the next document begins.
            is_notable: whether it has duplicates, or scalars that dispatch may read otherwise.
        """
        start, stop, self._following = place
        super().__init__(
            value, shared.lines, problem=problem, start=start, stop=stop, recent=shared.recent
        )
        self._shared, self._is_notable = shared, is_notable
        self._notes: Notes | None = None

    @property
    def is_plain(self) -> bool:
        return self.problem is None and not self._is_notable and not self._may_have_cuts()

    @property
    def may_have_aliases(self) -> bool:
        from dispatch_lint.text.yaml_composer import may_have_aliases

        return may_have_aliases(self.text)

    def alias_at(self, offset: int) -> Path | None:
        if self.problem is not None or not self.may_have_aliases:
            return None
        from dispatch_lint.text.yaml_composer import alias_at

        return alias_at(self.text, offset - self.start, self._shared.limits)

    @property
    def duplicates(self) -> list[Duplicate]:
        return self._read_notes().duplicates if self._is_notable else []

    @property
    def scalars(self) -> dict[Path, str]:
        return self._read_notes().scalars if self._is_notable else {}

    @property
    def read_duplicates(self) -> list[Duplicate]:
        return self._read_notes().read_duplicates if self._is_notable else []

    @property
    def plain_keys(self) -> dict[Path, str | None]:
        return self._read_notes().plain_keys if self._is_notable else {}

    @property
    def cuts(self) -> list[Cut]:
        if self.problem is not None or not self._may_have_cuts():
            return []
        from dispatch_lint.text.yaml_places import find_cuts

        return list(find_cuts(self.node, self.lines, self.start)) if self.node is not None else []

    def _may_have_cuts(self) -> bool:
        text, (start, stop) = self.lines.text, self._place
        return text.find("---", start + len("---") if is_marker(text, start) else start, stop) >= 0

    def comments(self) -> list[tuple[int, int]]:
        if self.lines.text.find("#", self.start, self._following) < 0:
            return []
        from dispatch_lint.text.yaml_composing import comments_of

        return comments_of(self.node, self.lines.text, self.start, self._following)

    def _read_tree(self) -> Node | None:
        from dispatch_lint.text.yaml_composing import read_tree

        return read_tree(self._shared, *self._place)

    def _read_notes(self) -> Notes:
        if self._notes is None:
            from dispatch_lint.text.yaml_composing import notes_of

            self._notes = notes_of(self.node, self.lines, self.start)
        return self._notes
