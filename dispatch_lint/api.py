"""Putting a run together: settings → catalogue → rules → `Run`. The command line, hooks and
Python programs all come through here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from dispatch_lint.config import settings as settings_module
from dispatch_lint.config.settings import Settings
from dispatch_lint.documents.discover import discover
from dispatch_lint.old.reading_ahead import read_ahead

# What judges is imported where it is called: a run that an earlier one has made needs none of it.
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.documents.document import Document
    from dispatch_lint.documents.source import Source
    from dispatch_lint.graph.model import Graph
    from dispatch_lint.model.violation import Finding, Violation
    from dispatch_lint.old.engine import Run
    from dispatch_lint.old.outcome import Result
    from dispatch_lint.rule import Rule
    from dispatch_lint.schema.catalogue import Catalogue
    from dispatch_lint.schema.diff import Change
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


def make_run(settings: Settings, **options: Any) -> Run:
    """A run under some settings. The options are those of `Run`.

    Raises:
        SettingsError, CatalogueError, DefinitionError, PluginError: something cannot be used.
        StoreError: the store of the settings cannot be used.
    """
    from dispatch_lint.documents.catalogue_files import load_catalogue
    from dispatch_lint.engine.plugins import instantiate, load_rules
    from dispatch_lint.old.engine import Run

    catalogue = load_catalogue(settings)
    rules = load_rules(settings.root / folder for folder in settings.plugins)
    chosen = instantiate(rules, settings, catalogue)
    if "store_facts" not in options and (settings.store or settings.ledger):
        options["store_facts"] = _store_facts(settings, catalogue)
    return Run(settings, catalogue, chosen, known=rules, **options)


def check(
    settings: Settings, sources: Sequence[Source], *, jobs: int = 1, cached: bool = True,
    **options: Any,
) -> Result:  # fmt: skip
    """What a run finds in some sources, or found when everything was the same.

    Args:
        jobs: processes; 0 for as many as help.
        cached: whether what an earlier run found may be told again.
        options: `fold`, `quiet` and `listing` of `Run`.

    Raises:
        as `make_run`.
    """
    cache = None
    from_outside = settings.store or settings.ledger
    if cached and not (from_outside or any(one.opener or one.rows for one in sources)):
        from dispatch_lint.old.cache import Cache

        cache = Cache(settings, sources, tuple(sorted(options.items())))
        known = cache.read()
        if known is not None:
            return known
    with read_ahead(sources, jobs) as ahead:
        run = make_run(settings, rereads=True, ahead=ahead, **options)
        if cache is not None:
            run.digests = {}
        result = run.check(sources, jobs)
    if cache is not None:
        cache.write(result, run)
    return result


def _store_facts(settings: Settings, catalogue: Catalogue) -> StoreFacts:
    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.model.errors import StoreError
    from dispatch_lint.store.facts import StoreFacts
    from dispatch_lint.store.ledger_file import LedgerFile

    store = open_store(settings, Classifier(settings, catalogue)) if settings.store else None
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
    """The store of the settings, a relative path of a file brought to where they lie.

    Raises:
        StoreError: the settings name none.
    """
    from dispatch_lint.model.errors import StoreError
    from dispatch_lint.store.urls import rooted

    if not settings.store:
        raise StoreError("no store is named: use --store URL, or the setting `store`")
    return rooted(settings.store, settings.root)


def lint(*paths: str | Path, settings: Settings | None = None) -> Iterator[Violation]:
    """Every violation in some files and folders.

    Args:
        paths: files and folders; the working directory where there is none.
        settings: as `load_settings` or `Settings(...)` gives them.

    Raises:
        InputError: a path does not exist or cannot be read.
    """
    from dispatch_lint.model.errors import InputError

    chosen = settings or load_settings()
    run = make_run(chosen)
    yield from run.lint(discover([str(path) for path in paths] or ["."], chosen))
    if run.summary.problems:
        raise InputError("; ".join(run.summary.problems))


def breaking_changes(changes: Sequence[Change]) -> list[Change]:
    """The changes that rules object to, and that the settings count as failures.

    Raises:
        SettingsError, PluginError: something cannot be used.
    """
    from dispatch_lint.documents.catalogue_files import load_catalogue
    from dispatch_lint.engine.plugins import PluginError, instantiate, internal_error, load_rules

    def findings(rule: Rule, change: Change) -> list[Finding]:
        try:
            return list(rule.check_change(change))
        except Exception as error:
            raise PluginError(internal_error(rule, error)) from error

    settings = load_settings()
    catalogue = load_catalogue(settings)
    rules = load_rules(settings.root / folder for folder in settings.plugins)
    asked = [rule for rule in instantiate(rules, settings, catalogue) if rule.has("check_change")]
    return [
        change
        for change in changes
        if any(
            (settings.severity.get(rule.name) or finding.severity or rule.severity)
            >= settings.fail_level
            for rule in asked
            for finding in findings(rule, change)
        )
    ]


def documents_of(settings: Settings, sources: Sequence[Source]) -> Iterator[Document]:
    """The entity documents of some texts; what cannot be read is left out."""
    from dispatch_lint.documents.catalogue_files import load_catalogue
    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.model.errors import InputError
    from dispatch_lint.old.parts import read_documents

    classifier = Classifier(settings, load_catalogue(settings))
    for source in sources:
        if source.rows is None and source.format != "go":
            try:
                yield from read_documents(classifier, source)
            except InputError:
                continue  # the run has said so


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
    import_sources(store, list(discover(paths, settings)), Classifier(settings, catalogue))
    return entity_graph(store)
