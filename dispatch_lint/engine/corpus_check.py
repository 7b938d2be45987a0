"""The corpus check: rules about several documents check groups of rows, a store's included."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.documents.stored_entity import StoredEntity
from dispatch_lint.engine.judge import tasks_of
from dispatch_lint.engine.members import Place, Wanted
from dispatch_lint.engine.rule_results import FactCheck, reraise_if_not_of_rule
from dispatch_lint.engine.similar_names import MAX_MISSING, ComparisonBudget, similar_names
from dispatch_lint.index.groups import Members, read_group

if TYPE_CHECKING:
    from dispatch_lint.documents.document import Document
    from dispatch_lint.engine.checker import Checker
    from dispatch_lint.engine.judge import Judged, Task
    from dispatch_lint.index.groups import Groups
    from dispatch_lint.rule import Rule
    from dispatch_lint.rule.entity import Content
    from dispatch_lint.store.rows import StoreRows

GROUPS = 2_000
"""The groups that are looked up in a store at once."""
WAITING = 5_000
"""The number of questions that wait for an answer before answers are fetched."""
ROUNDS = 20
"""How often one question may ask for more."""
MANY_NAMES = 200_000
"""The names of a kind that a missing name is compared with, at most."""
NOTHING = StoredEntity("", None, "", "", "", "stored", "", None, "", "", "{}", "{}")
"""Stands for a document that is not there any more."""
Read = Callable[[Collection[Place]], "Mapping[int, Document]"]
"""Reads documents of the run, by their positions."""
Fail = Callable[["Rule", Place, BaseException], None]
"""Is called with a rule that failed, a place that it was asked about, and its exception."""


class Corpus(NamedTuple):
    """What a corpus check is about.

    Attributes:
        groups: the rows of the run.
        closed: whether references to entities that are not there are dangling.
        kinds: the kinds that the run has documents of.
        files: the names of the sources, by their positions.
        read: reads documents again, for rules that ask for more than the relations have.
        store: the rows of a reference store, if there is one.
    """

    groups: Groups
    closed: bool
    kinds: Collection[str]
    files: Sequence[str]
    read: Read
    store: StoreRows | None = None


class CorpusCheck:
    """The check of one corpus. It is the `Answers` of the questions to its rules.

    Each question is asked at once; those that raise `Wanted` wait until there are many of them, so
    that what they want is fetched all together, and are then asked again.

    Attributes:
        not_judged: the number of references that an open world says nothing about.
    """

    def __init__(self, checker: Checker, corpus: Corpus, fail: Fail) -> None:
        self.settings, self.catalogue = checker.settings, checker.catalogue
        self.closed, self.kinds = corpus.closed, corpus.kinds
        self.has_store = corpus.store is not None and corpus.store.store is not None
        self.not_judged = 0
        self._rules, self._corpus, self._fail = checker.corpus_rules, corpus, fail
        self._facts = FactCheck()
        self._similar = _SimilarNames(corpus)
        self._members: dict[str, Members] = {}
        self._contents: dict[int | str, Content] = {}

    def run(self) -> Iterator[Judged]:
        """What the rules find in all groups, about documents of the run."""
        waiting: list[tuple[Task, Wanted]] = []
        for task in self._tasks():
            yield from self._ask(task, waiting)
            if len(waiting) >= WAITING:
                yield from self._answer(waiting)
                waiting = []
        yield from self._answer(waiting)

    def _tasks(self) -> Iterator[Task]:
        groups = self._corpus.groups.groups()
        if self._corpus.store is None:
            for group, members in groups:
                yield from tasks_of(self._rules, group, members, self)
            return
        while batch := list(islice(groups, GROUPS)):
            stored = self._stored([group for group, _ in batch])
            for group, members in batch:
                if group in stored:
                    members.extend(stored[group])
                yield from tasks_of(self._rules, group, members, self)

    def _stored(self, groups: Collection[str]) -> dict[str, Members]:
        store = self._corpus.store
        if store is None or not groups:
            return {}
        facts = [group for group in groups if read_group(group)[0] == "fact"]
        found = store.of(groups)
        if facts:
            found |= store.facts(
                list(self._rules.facts.values()), facts, self._facts.check, self._store_failed
            )
        return found

    def _store_failed(self, rule: Rule, error: BaseException) -> None:
        reraise_if_not_of_rule(error)
        self._fail(rule, Place(-1, ()), error)

    def _ask(self, task: Task, waiting: list[tuple[Task, Wanted]]) -> Iterator[Judged]:
        try:
            yield from task.run()
        except Wanted as wanted:
            waiting.append((task, wanted))
        except BaseException as error:
            reraise_if_not_of_rule(error)
            self._fail(task.rule, task.place, error)

    def _answer(self, waiting: list[tuple[Task, Wanted]]) -> Iterator[Judged]:
        """Fetch what questions wait for, and ask them again until they want nothing more."""
        shared: list[Task] = []
        for _ in range(ROUNDS):
            shared += [task for task, wanted in waiting if wanted.each]
            waiting = [(task, wanted) for task, wanted in waiting if not wanted.each]
            if not waiting:
                break
            self._fetch(waiting)
            again, waiting = waiting, []
            for task, _ in again:
                yield from self._ask(task, waiting)
        for task, _ in waiting:
            self._fail(task.rule, task.place, RecursionError("it asks for more again and again"))
        self._members, self._contents = {}, {}
        yield from self._answer_each(shared)

    def _answer_each(self, shared: Iterable[Task]) -> Iterator[Judged]:
        """Ask about each of equal foreign keys: the rule wants to know who has it."""
        waiting: list[tuple[Task, Wanted]] = []
        for task in shared:
            for single in task.each():
                yield from self._ask(single, waiting)
                if len(waiting) >= WAITING:
                    yield from self._answer(waiting)
                    waiting = []
        if waiting:
            yield from self._answer(waiting)

    def _fetch(self, waiting: Iterable[tuple[Task, Wanted]]) -> None:
        groups: dict[str, None] = {}
        places: dict[Place, None] = {}
        names: dict[tuple[str, str], None] = {}
        for task, wanted in waiting:
            groups |= dict.fromkeys(wanted.groups)
            names |= dict.fromkeys(wanted.names)
            if wanted.contents:
                places |= dict.fromkeys((*wanted.contents, *task.contents()))
        found = dict(self._corpus.groups.some(groups)) if groups else {}
        for group, members in self._stored(groups).items():
            found.setdefault(group, Members()).extend(members)
        self._members |= {group: found.get(group) or Members() for group in groups}
        if places:
            self._read(places)
        self._similar.search(names)

    def _read(self, places: Collection[Place]) -> None:
        own = [place for place in places if not place.stored]
        for position, document in self._corpus.read(own).items():
            self._contents[position] = document
        for place in places:
            if place.stored and self._corpus.store is not None:
                self._contents[place.key] = self._corpus.store.content(place.key)
            elif place.position not in self._contents:
                # It was there a moment ago: what reads it reports that the file has changed.
                self._contents[place.position] = NOTHING

    # Answers

    def members(self, groups: Sequence[str]) -> Sequence[Members]:
        """See `Answers.members`."""
        missing = [group for group in groups if group not in self._members]
        if missing:
            raise Wanted(groups=missing)
        return [self._members[group] for group in groups]

    def near(self, kind: str, name: str) -> Sequence[str]:
        """See `Answers.near`."""
        return self._similar.of(kind, name)

    def content(self, place: Place) -> Content:
        """See `Answers.content`."""
        content = self._contents.get(place.key if place.stored else place.position)
        if content is None:
            raise Wanted(contents=[place])
        return content

    def file(self, source: int) -> str:
        """See `Answers.file`."""
        return self._corpus.files[source]


class _SimilarNames:
    """The names that are similar to missing ones, of which a run searches a bounded number."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._budget = ComparisonBudget()
        self._names: dict[str, set[str]] = {}
        """The names of each kind that a name is missing of."""
        self._found: dict[tuple[str, str], list[str]] = {}

    def of(self, kind: str, name: str) -> Sequence[str]:
        """The names that are similar to a missing one, best first; none past the limit.

        Raises:
            Wanted: they have not been searched yet.
        """
        found = self._found.get((kind, name))
        if found is None:
            if len(self._found) >= MAX_MISSING:
                return ()
            raise Wanted(names=[(kind, name)])
        return found

    def search(self, missing: Iterable[tuple[str, str]]) -> None:
        """Search the names that are similar to missing ones."""
        wanted = [name for name in missing if name not in self._found]
        wanted = wanted[: max(0, MAX_MISSING - len(self._found))]
        kinds = {kind for kind, _ in wanted} - self._names.keys()
        if kinds:
            self._names |= self._corpus.groups.names(kinds, MANY_NAMES)
            if self._corpus.store is not None:
                for kind in kinds:
                    known = self._names.setdefault(kind, set())
                    known.update(self._corpus.store.names(kind, MANY_NAMES))
        for kind, name in wanted:
            self._found[kind, name] = similar_names(
                name, self._names.get(kind, set()), self._budget
            )
