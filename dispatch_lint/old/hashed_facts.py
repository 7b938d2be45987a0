"""Which documents belong to which group, by the hash of its name: 16 bytes a fact.

Groups by key and by ID have one entity nearly always, and then nobody has anything to say. Two
groups of one hash are told apart by who reads their documents again: hashes decide nothing.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator

_PARTS = 64  # a power of two
"""More than `_MANY` hashes are kept in parts, so that looking through one takes little memory."""
_MANY = 1 << 16
_SCANS = 4
"""So often hashes are looked through before it pays to sort them."""


class HashedFacts:
    """Hashes of groups, each with the place of a document: the numbers of source and document."""

    def __init__(self) -> None:
        self._hashes, self._places = _parts(1)
        self._scans = 0
        self._sorted = False

    def add(self, groups: Iterable[str], place: int) -> None:
        """Note that a document belongs to some groups."""
        groups = list(groups)
        self.add_all(groups, [place] * len(groups))

    def add_all(self, groups: Iterable[str], places: Iterable[int]) -> None:
        """Note of many groups that a document belongs to each, one for one."""
        self._add(map(hash, groups), places)

    def _add(self, hashes: Iterable[int], places: Iterable[int]) -> None:
        if len(self._hashes) == 1:
            self._hashes[0].extend(hashes)
            self._places[0].extend(places)
            if len(self._hashes[0]) <= _MANY:
                return
            [hashes], [places] = self._hashes, self._places
            self._hashes, self._places = _parts(_PARTS)
        for hashed, place in zip(hashes, places, strict=True):
            part = hashed & (_PARTS - 1)
            self._hashes[part].append(hashed)
            self._places[part].append(place)

    def drain(self) -> list[tuple[bytes, bytes]]:
        """All there is, part by part, as 64 bits each; nothing is left."""
        parts = [
            (hashes.tobytes(), places.tobytes())
            for hashes, places in zip(self._hashes, self._places, strict=True)
        ]
        self._hashes, self._places = _parts(1)
        return parts

    def take(self, parts: list[tuple[bytes, bytes]]) -> None:
        """Add what another process, of the same hashes, drained."""
        for hashes, places in parts:
            self._add(array("q", hashes), array("q", places))

    def repeated(self) -> set[int]:
        """The hashes that stand for several documents."""
        found: set[int] = set()
        for hashes in self._hashes:
            if len(set(hashes)) < len(hashes):
                seen: set[int] = set()
                for one in hashes:
                    (found if one in seen else seen).add(one)
        return found

    def known(self, hashes: set[int]) -> set[int]:
        """Those that stand for any document."""
        return {hashed for hashed, _ in self._found(hashes)}

    def places(self, hashes: set[int]) -> set[int]:
        """The documents that some hashes stand for."""
        return {place for _, place in self._found(hashes)}

    def _found(self, wanted: set[int]) -> Iterator[tuple[int, int]]:
        self._scans += 1
        if self._scans > _SCANS and not self._sorted:
            self._sort()
        by_part: dict[int, list[int]] = {}
        for hashed in wanted:
            by_part.setdefault(hashed & (len(self._hashes) - 1), []).append(hashed)
        for part, several in by_part.items():
            hashes, places = self._hashes[part], self._places[part]
            if not self._sorted:
                for hashed, place in zip(hashes, places, strict=True):
                    if hashed in wanted:
                        yield hashed, place
                continue
            for hashed in several:
                at = bisect_left(hashes, hashed)
                while at < len(hashes) and hashes[at] == hashed:
                    yield hashed, places[at]
                    at += 1

    def _sort(self) -> None:
        for part, (hashes, places) in enumerate(zip(self._hashes, self._places, strict=True)):
            order = sorted(range(len(hashes)), key=hashes.__getitem__)
            self._hashes[part] = array("q", map(hashes.__getitem__, order))
            self._places[part] = array("q", map(places.__getitem__, order))
        self._sorted = True


def _parts(count: int) -> tuple[list[array[int]], list[array[int]]]:
    """Hashes and places, of nothing."""
    return [array("q") for _ in range(count)], [array("q") for _ in range(count)]
