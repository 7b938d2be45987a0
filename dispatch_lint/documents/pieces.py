"""Sources cut into pieces of about one size, which several processes can read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dispatch_lint.config.limits import Limits
    from dispatch_lint.documents.line_ranges import LineRange
    from dispatch_lint.documents.source import Source

FEW_BYTES = 400_000
"""Less text is read by one process, because starting others takes longer."""
FILE_BYTES = 500
"""The cost of opening a file, as the bytes of text that are checked in the same time."""
LINES_BYTES = 1024 * 1024
"""The size of a range of lines."""


class Piece(NamedTuple):
    """A source, or a range of its lines: the unit of work.

    Attributes:
        position: the position of the source in the run.
        weight: the cost of reading it, in bytes of text.
        lines: the range of a JSONL source; None for a whole source.
    """

    position: int
    weight: int
    lines: LineRange | None = None


def pieces_of(
    sources: Iterable[Source], limits: Limits, fail: Callable[[int, InputError], None],
    lines_bytes: int = LINES_BYTES,
) -> Iterator[Piece]:  # fmt: skip
    """The pieces of all sources, in order.

    Args:
        fail: called with the position of a source that cannot be read, and why.
        lines_bytes: the size of a range of lines.
    """
    for position, source in enumerate(sources):
        if source.format != "jsonl":
            yield Piece(position, FILE_BYTES + source.size())
            continue
        from dispatch_lint.documents.line_ranges import line_ranges

        try:
            for lines in line_ranges(source, lines_bytes, limits):
                yield Piece(position, lines.end - lines.start, lines)
        except InputError as error:
            fail(position, error)


def chunks_of(pieces: Iterable[Piece], size: float) -> Iterator[list[Piece]]:
    """Group pieces into chunks of about `size` bytes, each of which one process reads."""
    chunk: list[Piece] = []
    weight = 0
    for piece in pieces:
        chunk.append(piece)
        weight += piece.weight
        if weight >= size:
            yield chunk
            chunk, weight = [], 0
    if chunk:
        yield chunk


def are_shareable(sources: Sequence[Source]) -> bool:
    """Whether other processes can read them: not buffered streams, or connections to stores."""
    return not any(source.rows or source.opener for source in sources)


def weight_of(chunk: Iterable[Piece]) -> int:
    """The weight of some pieces together."""
    return sum(piece.weight for piece in chunk)
