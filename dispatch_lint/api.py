"""The parts put together: settings → catalogue → rules → checker → result.

The command line, the hook, the language server and Python programs all come through here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dispatch_lint.config import settings as settings_module
from dispatch_lint.config.settings import Settings
from dispatch_lint.documents.discover import discover
from dispatch_lint.model.errors import InputError

# What checks is imported where it is called: `--help` and `rules` need none of it.
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.documents.document import Document
    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine.checker import Checker, Options
    from dispatch_lint.engine.summary import Result
    from dispatch_lint.graph.model import Graph
    from dispatch_lint.model.violation import Finding, Violation
    from dispatch_lint.rule import Rule
    from dispatch_lint.schema.diff import SchemaChange
    from dispatch_lint.store.entity_store import EntityStore, Ledger
    from dispatch_lint.store.facts import StoreFacts


def load_settings(start: Path | None = None) -> Settings:
    """The settings that hold for a folder; the defaults where there is no file.

    Raises:
        SettingsError: the file cannot be used.
    """
    folder = (start or Path.cwd()).resolve()
    file = settings_module.find(folder)
    return settings_module.load(file) if file else Settings(root=folder)


def lint(*paths: str | Path, settings: Settings | None = None) -> Iterator[Violation]:
    """Every violation in some files and folders.

    Args:
        paths: files and folders; the working directory where there is none.
        settings: as `load_settings` or `Settings(...)` gives them.

    Raises:
        InputError: a path does not exist or cannot be read.
        UserError: the settings, a schema, a definition or a rule cannot be used.
    """
    chosen = settings or load_settings()
    result = check(chosen, sources_of([str(path) for path in paths] or ["."], chosen))
    yield from result.violations
    if result.summary.problems:
        raise InputError("; ".join(result.summary.problems))


def sources_of(
    paths: Iterable[str], settings: Settings, *, index: Iterable[str] = (),
    stdin_filename: str | None = None, force_exclude: bool = False,
) -> list[Source]:  # fmt: skip
    """The sources that paths and store URLs stand for; see `discover`."""
    return list(discover(
        paths, settings, _row_source, index=index, stdin_filename=stdin_filename,
        force_exclude=force_exclude,
    ))  # fmt: skip


def _row_source(url: str, *, reported: bool) -> Source:
    from dispatch_lint.store.opening import row_source

    return row_source(url, reported=reported)


def check(
    settings: Settings, sources: Sequence[Source], *, jobs: int = 1, options: Options | None = None
) -> Result:
    """What is found in some sources.

    Args:
        jobs: processes that check files; 0 for as many as help.

    Raises:
        UserError: the settings, a schema, a definition, a rule or a store cannot be used.
    """
    from dispatch_lint.engine.run import run

    checker = make_checker(settings, options)
    return run(checker, sources, jobs=jobs, store=store_facts(settings, checker.classifier))


def make_checker(
    settings: Settings, options: Options | None = None,
    known: Mapping[str, type[Rule]] | None = None,
) -> Checker:  # fmt: skip
    """What sources are checked with under some settings.

    Args:
        known: every rule there is, by name; by default those that are installed, and those of the
            settings' plug-ins.

    Raises:
        UserError: the settings, a schema, a definition or a rule cannot be used.
    """
    from dispatch_lint.documents.catalogue_files import load_catalogue
    from dispatch_lint.engine.checker import Checker, Options
    from dispatch_lint.engine.plugins import instantiate

    known = known_rules(settings) if known is None else known
    catalogue = load_catalogue(settings)
    rules = instantiate(known, settings, catalogue)
    return Checker(settings, catalogue, rules, known=known, options=options or Options())


def known_rules(settings: Settings, paths: Iterable[Path] = ()) -> dict[str, type[Rule]]:
    """Every rule there is, by name, those of the settings' plug-ins included.

    Args:
        paths: further files and folders of rules.

    Raises:
        PluginError: a rule cannot be loaded.
    """
    from dispatch_lint.engine.plugins import load_rules

    return load_rules([*(settings.root / folder for folder in settings.plugins), *paths])


# Stores


def store_facts(settings: Settings, classifier: Classifier) -> StoreFacts | None:
    """What the store and the ledger of the settings add to a run; None where there is neither.

    Raises:
        StoreError: one of them cannot be used.
    """
    if not (settings.store or settings.ledger):
        return None
    from dispatch_lint.model.errors import StoreError
    from dispatch_lint.store.facts import StoreFacts
    from dispatch_lint.store.ledger_file import LedgerFile

    store = open_store(settings, classifier) if settings.store else None
    ledgers: list[Ledger] = [store] if store else []
    if settings.ledger:
        ledger = settings.root / settings.ledger
        if not ledger.is_file():
            raise StoreError(f"{settings.ledger}: there is no such ledger; make one with "
                             "`dispatch-lint store export --ledger`")  # fmt: skip
        ledgers.append(LedgerFile(ledger, settings.ledger))
    return StoreFacts(store, ledgers)


def open_store(settings: Settings, classifier: Classifier) -> EntityStore:
    """The store of the settings, to look things up in.

    Raises:
        StoreError: there is none, or it cannot be used.
    """
    from dispatch_lint.store.opening import open_store as open_url

    return open_url(store_url(settings), classifier)


def store_url(settings: Settings) -> str:
    """The store of the settings, with the path of a file relative to them.

    Raises:
        StoreError: the settings name none.
    """
    from dispatch_lint.model.errors import StoreError
    from dispatch_lint.store.urls import rooted

    if not settings.store:
        raise StoreError("no store is named: use --store URL, or the setting `store`")
    return rooted(settings.store, settings.root)


# Definitions and documents


def breaking_changes(changes: Sequence[SchemaChange]) -> list[SchemaChange]:
    """The changes that rules object to, and that the settings count as failures.

    Raises:
        UserError: the settings or a rule cannot be used.
    """
    from dispatch_lint.documents.catalogue_files import load_catalogue
    from dispatch_lint.engine.plugins import PluginError, instantiate, internal_error

    def findings(rule: Rule, change: SchemaChange) -> list[Finding]:
        try:
            return list(rule.check_change(change))
        except Exception as error:
            raise PluginError(internal_error(rule, error)) from error

    settings = load_settings()
    rules = instantiate(known_rules(settings), settings, load_catalogue(settings))
    return [
        change
        for change in changes
        if any(
            (settings.severity.get(rule.name) or finding.severity or rule.severity)
            >= settings.fail_level
            for rule in rules
            if rule.has("check_change")
            for finding in findings(rule, change)
        )
    ]


def documents_of(settings: Settings, sources: Sequence[Source]) -> Iterator[Document]:
    """The entity documents of some texts; what cannot be read is left out."""
    from dispatch_lint.documents.catalogue_files import load_catalogue
    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.documents.reading import read_documents

    classifier = Classifier(settings, load_catalogue(settings))
    for source in sources:
        if source.rows is None and source.format != "go":
            try:
                yield from read_documents(classifier, source, settings.limits)
            except InputError:
                continue  # the run has reported it


def graph_of(paths: Sequence[str], settings: Settings) -> Graph:
    """The kinds and their foreign keys; with paths, the entities of their documents.

    Raises:
        InputError: a path cannot be read, or a document does not parse.
    """
    from dispatch_lint.documents.catalogue_files import load_catalogue
    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.graph.model import entity_graph, kind_graph
    from dispatch_lint.store.importing import import_sources
    from dispatch_lint.store.memory import MemoryStore

    catalogue = load_catalogue(settings)
    if not paths:
        return kind_graph(catalogue)
    store = MemoryStore()
    import_sources(store, sources_of(paths, settings), Classifier(settings, catalogue))
    return entity_graph(store)
