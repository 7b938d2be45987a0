"""The corpus check: rules about several documents check groups of rows, a store's included."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from dispatch_lint.engine.judge import tasks_of
from dispatch_lint.engine.members import Member, Place, Wanted
from dispatch_lint.engine.rule_failures import reraise_if_not_of_rule
from dispatch_lint.engine.rule_results import collected
from dispatch_lint.engine.similar_names import SimilarNames
from dispatch_lint.index.groups import Members, read_group
from dispatch_lint.index.unread import UNREAD, UnreadRow, UnreadRows

if TYPE_CHECKING:
    from dispatch_lint.documents.document import Document
    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine.checker import Checker
    from dispatch_lint.engine.judge import Judged, Task
    from dispatch_lint.engine.rule_failures import Method
    from dispatch_lint.index.groups import Groups
    from dispatch_lint.model.relations import ReferenceRow
    from dispatch_lint.rule import EntityView, Rule
    from dispatch_lint.rule.entity import Content
    from dispatch_lint.schema.catalogue import Catalogue
    from dispatch_lint.store.entity_store import EntityStore
    from dispatch_lint.store.rows import StoreRows

GROUPS = 2_000
"""The groups that are looked up in a store at once."""
WAITING = 20_000
"""The number of questions that wait for an answer before answers are fetched."""
MAX_CONTENTS = 10_000
"""Documents of one group that are read at a time."""
Read = Callable[[Collection[Place]], "Mapping[int, Document]"]
"""Reads documents of the run, by their positions."""
Fail = Callable[["Rule", Place, BaseException, "Method"], None]
"""Is called with a rule that failed, a place that it was asked about, its exception and method."""


class Corpus(NamedTuple):
    """What a corpus check is about.

    Attributes:
        groups: the rows of the run.
        closed: whether references to entities that are not there are dangling.
        kinds: the kinds that the run has documents of.
        sources: the sources, by their positions.
        read: reads documents again, for rules that ask for more than the relations have.
        store: the rows of a reference store, if there is one.
    """

    groups: Groups
    closed: bool
    kinds: Collection[str]
    sources: Sequence[Source]
    read: Read
    store: StoreRows | None = None


class CorpusCheck:
    """The check of one corpus. It is the `Answers` of the questions to its rules.

    Each question is asked at once; those that raise `Wanted` wait until there are many of them, so
    that what they want is fetched all together, and are then asked again.

    Attributes:
        not_judged: the number of references of which nobody knows whether there is what they mean.
    """

    def __init__(self, checker: Checker, corpus: Corpus, fail: Fail) -> None:
        self.settings, self.catalogue = checker.settings, checker.catalogue
        self.closed, self.kinds = corpus.closed, corpus.kinds
        self.has_store = corpus.store is not None and corpus.store.store is not None
        self.not_judged = 0
        self._rules, self._corpus, self._fail = checker.corpus_rules, corpus, fail
        self._unread = _unread_of(corpus.groups, checker.catalogue)
        # What is silent about one group may not be about another, where rows cannot be read.
        self._accelerator = None if self._unread else checker.accelerator
        self._similar = SimilarNames(corpus.groups, corpus.store)
        self._members: dict[str, Members] = {}
        self._contents: dict[int | str, Content] = {}
        self._own_keys: frozenset[int] | None = None
        """The hashes of the keys that documents of the run in the stored form have."""
        self._wanted: Wanted | None = None
        """What the present question wants."""

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
            fast = self._accelerator
            for group, members in groups:
                if fast is None or not fast.is_silent(self._rules, group, members, self):
                    yield from tasks_of(self._rules, group, members, self)
            return
        for group, members in self._with_store(groups):
            yield from tasks_of(self._rules, group, members, self)

    def _with_store(self, groups: Iterable[tuple[str, Members]]) -> Iterator[tuple[str, Members]]:
        """Groups with the rows that the store has of them."""
        waiting = iter(groups)
        while batch := dict(islice(waiting, GROUPS)):
            self._add_stored(batch)
            yield from batch.items()

    # For processes that ask about a part of the groups

    def share_store(self) -> Callable[[], EntityStore] | None:
        """Prepare for other processes, and return what opens the store there; None where that cannot be.

        Rules that collect facts may want those of the whole store, which one process gathers.
        """
        rows = self._corpus.store
        if rows is None or rows.store is None or self._rules.facts:
            return None
        self._gather_own_keys()  # once, and not in every process
        return rows.store.share()

    def read_store(self, store: EntityStore) -> None:
        """Read another connection's store from now on."""
        assert self._corpus.store is not None
        self._corpus = self._corpus._replace(store=self._corpus.store.of_store(store))

    def confine(self, groups: Groups) -> None:
        """Ask only about some of the groups."""
        self._corpus = self._corpus._replace(groups=groups)

    def silence(self, groups: Iterable[tuple[str, Members]]) -> Iterator[tuple[str, bool]]:
        """Of each group, whether no rule has a finding, fails, or wants to know more about it."""
        for group, members in self._with_store(groups):
            tasks = tasks_of(self._rules, group, members, self)
            yield group, all(map(self._is_silent, tasks))

    def _is_silent(self, task: Task) -> bool:
        self._wanted = None
        try:
            is_silent = not task.run()
        except Wanted:
            is_silent = False
        except BaseException as error:
            reraise_if_not_of_rule(error)
            is_silent = False
        return self._take_wanted() is None and is_silent

    def _add_stored(self, groups: Mapping[str, Members]) -> None:
        """Add the rows that the store has of some groups."""
        store = self._corpus.store
        if store is None or not groups:
            return
        store.add_to(groups)
        rules = list(self._rules.facts.values())
        facts = [group for group in groups if read_group(group)[0] == "fact"] if rules else ()
        if facts:
            for group, members in store.facts(rules, facts, collected, self._store_failed).items():
                groups[group].extend(members)

    def _store_failed(self, rule: Rule, key: str, error: BaseException) -> None:
        reraise_if_not_of_rule(error)
        self._fail(rule, Place(-1, (), key=key), error, rule.collect)

    def _ask(self, task: Task, waiting: list[tuple[Task, Wanted]]) -> Iterator[Judged]:
        self._wanted = None
        found: list[Judged] = []
        try:
            found = task.run()
        except Wanted:
            pass
        except BaseException as error:
            reraise_if_not_of_rule(error)
            if self._wanted is None:
                for place in task.places():
                    self._fail(task.rule, place, error, task.method)
                return
        wanted = self._take_wanted()
        if wanted is not None:  # also where the rule swallowed it
            waiting.append((task, wanted))
        else:
            yield from found

    def _take_wanted(self) -> Wanted | None:
        """What the present question wants, if anything."""
        wanted, self._wanted = self._wanted, None
        return wanted and wanted.without_frames()

    def _answer(self, waiting: list[tuple[Task, Wanted]]) -> Iterator[Judged]:
        """Fetch what questions wait for, and ask them again until they want nothing more."""
        shared: list[Task] = []
        while waiting:
            shared += [task for task, wanted in waiting if wanted.each]
            waiting = [(task, wanted) for task, wanted in waiting if not wanted.each]
            known = len(self._members), len(self._contents), self._similar.searched
            self._fetch(wanted for _, wanted in waiting)
            if known == (len(self._members), len(self._contents), self._similar.searched):
                break
            again, waiting = waiting, []
            for task, _ in again:
                yield from self._ask(task, waiting)
        for task, _ in waiting:
            error = RuntimeError("it asks for a document that no source has")
            self._fail(task.rule, task.place, error, task.method)
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

    def _fetch(self, wants: Iterable[Wanted]) -> None:
        groups: dict[str, None] = {}
        places: dict[Place, None] = {}
        names: dict[tuple[str, str], None] = {}
        for wanted in wants:
            groups |= dict.fromkeys(wanted.groups)
            names |= dict.fromkeys(wanted.names)
            places |= dict.fromkeys(wanted.contents)
        own = self._corpus.groups.some(groups) if groups else {}
        found = {group: own.get(group) or Members() for group in groups}
        self._add_stored(found)
        self._members |= found
        if places:
            self._read(places)
        self._similar.search(names)

    def _read(self, places: Collection[Place]) -> None:
        own = [place for place in places if not place.stored]
        for position, document in self._corpus.read(own).items():
            self._contents[position] = document
        for place in own:
            if place.position not in self._contents:
                # It was there a moment ago: what reads it reports that the file has changed.
                self._contents[place.position] = nothing()
        stored = [place.key for place in places if place.stored]
        if stored and self._corpus.store is not None:
            for key, entity in self._corpus.store.contents(stored).items():
                self._contents[key] = entity

    # Answers

    def members(self, groups: Sequence[str]) -> Sequence[Members]:
        """See `Answers.members`."""
        missing = [group for group in groups if group not in self._members]
        if missing:
            self.want(Wanted(groups=missing))
        return [self._members[group] for group in groups]

    def has_unread(self) -> bool:
        """See `Answers.has_unread`."""
        return any(self._all_unread())

    def may_be_unread(self, reference: ReferenceRow, value: str) -> bool:
        """See `Answers.may_be_unread`."""
        return any(rows.may_have(reference, value) for rows in self._all_unread())

    def _all_unread(self) -> Iterator[UnreadRows]:
        """The rows that cannot be read, of the run and of the store, as far as it was asked."""
        yield self._unread
        store = self._corpus.store
        if store is not None and store.store is not None:
            yield store.store.unread

    def is_replaced(self, key: str) -> bool:
        """See `Answers.is_replaced`."""
        return hash(key) in self._gather_own_keys()

    def _gather_own_keys(self) -> frozenset[int]:
        if self._own_keys is None:
            self._own_keys = frozenset(map(hash, self._corpus.groups.stored_keys()))
        return self._own_keys

    def near(self, kind: str, name: str) -> Sequence[str]:
        """See `Answers.near`."""
        found = self._similar.of(kind, name)
        if found is None:
            self.want(Wanted(names=[(kind, name)]))
        return found

    def content(self, place: Place, siblings: Sequence[EntityView]) -> Content:
        """See `Answers.content`."""
        content = self._contents.get(_content_key(place))
        if content is None:
            self.want(Wanted(contents=content_wants(place, siblings, self._has_content)))
        return content

    def _has_content(self, place: Place) -> bool:
        return _content_key(place) in self._contents

    def want(self, wanted: Wanted) -> NoReturn:
        """See `Answers.want`."""
        self._wanted = wanted
        raise wanted

    def file(self, source: int) -> str:
        """See `Answers.file`."""
        return self._corpus.sources[source].name


def _unread_of(groups: Groups, catalogue: Catalogue) -> UnreadRows:
    """The rows of a run that cannot be read; that they cannot was said where they were read."""
    unread = UnreadRows(catalogue.containers)
    members = groups.some([UNREAD]).get(UNREAD)
    for _, fact in members.facts if members is not None else ():
        unread.add(UnreadRow(*fact.data), "", matters=False)
    return unread


def content_wants(
    place: Place, siblings: Iterable[EntityView], has: Callable[[Place], bool]
) -> list[Place]:
    """The places whose documents are wanted where one is: a rule mostly wants those of all members.

    Args:
        has: whether a document is at hand.
    """
    places = (view.place for view in siblings if isinstance(view, Member))
    others = (sibling for sibling in places if sibling != place and not has(sibling))
    return [place, *islice(others, MAX_CONTENTS)]


def _content_key(place: Place) -> int | str:
    return place.key if place.stored else place.position


def nothing() -> Content:
    """What stands for a document that is not there any more."""
    from dispatch_lint.documents.stored_entity import StoredEntity

    return StoredEntity("", None, "", "", "", "stored", "", None, "", "", "{}", "{}")
