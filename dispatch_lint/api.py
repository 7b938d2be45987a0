"""The Python API, which the command line, the hook and the language server use too.

It puts the parts together: settings → catalogue → rules → checker → result.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch_lint.config import settings_file
from dispatch_lint.config.origin import in_file
from dispatch_lint.config.settings import Settings, SettingsError
from dispatch_lint.config.tree import is_file
from dispatch_lint.documents.discover import discover
from dispatch_lint.model.errors import InputError, Setting, UserError, about
from dispatch_lint.model.progress import tell_nobody

# Most modules are imported in the functions that need them, because `--help` and `rules` do not.
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.documents.document import Document
    from dispatch_lint.documents.excludes import Excludes
    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine.checker import Checker, Options
    from dispatch_lint.engine.summary import Result
    from dispatch_lint.engine.timings import RuleTimings
    from dispatch_lint.graph.model import Graph
    from dispatch_lint.model.progress import Progress
    from dispatch_lint.model.violation import Violation
    from dispatch_lint.rule import Finding, Rule
    from dispatch_lint.schema.schema_change import SchemaChange
    from dispatch_lint.store.entity_store import EntityStore, Ledger
    from dispatch_lint.store.rows import StoreRows


def load_settings(
    start: Path | None = None, *, isolated: bool = False, trust: bool = False,
    replaced: Collection[str] = (), paths: Iterable[str | Path] = (),
) -> Settings:  # fmt: skip
    """Load the settings for a folder, or the defaults where there is no settings file.

    Args:
        start: the folder; by default the working directory.
        isolated: whether the settings file is not to be used.
        trust: whether the settings may ask for code, servers, and paths elsewhere.
        replaced: the settings instead of which the user gave others, which need no trust.
        paths: what is to be checked: packages in the trees of these need trust too.

    Raises:
        UntrustedError: the settings ask for what needs trust, and nobody gave it.
        SettingsError: the file cannot be used.
    """
    from dispatch_lint.trust import require, require_packages_beside

    folder = (start or Path.cwd()).resolve()
    file = None if isolated else settings_file.find(folder)
    try:
        settings = settings_file.load(file) if file else Settings(root=folder)
    except SettingsError:
        if not trust:  # of a file outside of the tree, no message may show the content
            require(Settings(root=folder, file=file))
        raise
    if not trust:
        require(settings, replaced)
        require_packages_beside(settings, paths)
    return settings


def lint(*paths: str | Path, settings: Settings | None = None) -> Iterator[Violation]:
    """The violations in files and folders.

    Args:
        paths: files and folders; by default the working directory.
        settings: by default those of `load_settings`.

    Raises:
        InputError: a path does not exist or cannot be read.
        UserError: the settings, a schema, a definition or a rule cannot be used.
    """
    settings = settings or load_settings(paths=paths)
    result = check(settings, sources_of([str(path) for path in paths] or ["."], settings))
    yield from result.violations
    if result.summary.problems:
        raise InputError("; ".join(result.summary.problems))


def sources_of(
    paths: Iterable[str], settings: Settings, *, index: Iterable[str] = (),
    stdin_filename: str | None = None, force_exclude: bool = False,
    excludes: Excludes | None = None,
) -> list[Source]:  # fmt: skip
    """The sources at paths and store URLs; see `discover`."""
    return list(discover(
        paths, settings, _row_source, index=index, stdin_filename=stdin_filename,
        force_exclude=force_exclude, excludes=excludes,
    ))  # fmt: skip


def _row_source(url: str, *, reported: bool) -> Source:
    from dispatch_lint.store.opening import row_source

    return row_source(url, reported=reported)


def check(
    settings: Settings, sources: Sequence[Source], *, jobs: int = 1, options: Options | None = None,
    progress: Progress = tell_nobody, timings: RuleTimings | None = None,
) -> Result:  # fmt: skip
    """Check sources.

    Args:
        jobs: the number of processes that check files; 0 to choose it.
        progress: is told how much was checked.
        timings: measures the rules, those in this process.

    Raises:
        UserError: the settings, a schema, a definition, a rule or a store cannot be used.
    """
    from dispatch_lint.engine.run import run

    checker = make_checker(settings, options)
    if timings is not None:
        timings.watch(checker.rules)
    try:
        store = store_rows(settings, checker.classifier)
    except UserError as error:
        raise in_file(error, settings) from error
    try:
        return run(checker, sources, jobs=jobs, store=store, progress=progress)
    finally:
        close_stores(sources, store.store if store else None)


def make_checker(
    settings: Settings, options: Options | None = None,
    known: Mapping[str, type[Rule]] | None = None, *, may_be_empty: bool = False,
) -> Checker:  # fmt: skip
    """The checker for some settings.

    Args:
        known: all rules by name; by default those of `known_rules`.
        may_be_empty: whether it is no error that the settings leave no rule.

    Raises:
        UserError: the settings, a schema, a definition or a rule cannot be used.
    """
    from dispatch_lint.documents.catalogue_files import load_catalogue
    from dispatch_lint.engine.checker import Checker, Options
    from dispatch_lint.engine.plugins import instantiate, instantiate_off

    try:
        known = known_rules(settings) if known is None else known
        catalogue = load_catalogue(settings)
        rules = instantiate(known, settings, catalogue)
        off = instantiate_off(known, settings, catalogue)
        if not rules and not may_be_empty:  # all would be called right
            raise SettingsError("select, ignore and severity leave no rule to check")
    except UserError as error:
        raise in_file(error, settings) from error
    accelerator = None
    if not os.environ.get("DISPATCH_LINT_PLAIN"):
        from dispatch_lint.fast.silent_rules import SilentRules

        accelerator = SilentRules()
    return Checker(
        settings, catalogue, rules, known=known, options=options or Options(), off=off,
        accelerator=accelerator,
    )  # fmt: skip


def known_rules(settings: Settings, paths: Iterable[Path] = ()) -> dict[str, type[Rule]]:
    """All rules by name: the installed ones, and those of the setting `plugins`.

    Args:
        paths: further files and folders of rules.

    Raises:
        PluginError: a rule cannot be loaded.
    """
    from dispatch_lint.engine.plugins import load_rules

    return load_rules(paths, {folder: settings.root / folder for folder in settings.plugins})


# Stores


def store_rows(settings: Settings, classifier: Classifier) -> StoreRows | None:
    """The facts of the store and ledger that the settings name; None where they name neither.

    Raises:
        StoreError: one of them cannot be used.
    """
    if not (settings.store or settings.ledger):
        return None
    from dispatch_lint.model.errors import StoreError
    from dispatch_lint.store.ledger_file import LedgerFile
    from dispatch_lint.store.rows import StoreRows

    with about(Setting("store")):
        store = open_store(settings, classifier) if settings.store else None
    ledgers: list[Ledger] = [store] if store else []
    if settings.ledger:
        ledger = settings.root / settings.ledger
        with about(Setting("ledger")):
            if not is_file(ledger):
                raise StoreError(f"{settings.ledger}: no such ledger; create it with "
                                 "`dispatch-lint store export --ledger`")  # fmt: skip
            ledgers.append(LedgerFile(ledger, settings.ledger))
    return StoreRows(store, ledgers)


def open_store(settings: Settings, classifier: Classifier) -> EntityStore:
    """Open the store of the settings for reading.

    Raises:
        StoreError: there is none, or it cannot be used.
    """
    from dispatch_lint.store.opening import open_store as open_url

    return open_url(store_url(settings), classifier)


def close_stores(sources: Iterable[Source], store: EntityStore | None = None) -> None:
    """End the connections to the stores among some sources, and to another store.

    A file of SQLite in WAL mode has others beside it as long as there is one.
    """
    for source in sources:
        if source.rows is not None:
            source.rows.close()
    if store is not None:
        store.close()


def store_url(settings: Settings) -> str:
    """The URL of the store of the settings. A relative path is resolved against their folder.

    Raises:
        StoreError: the settings name no store.
    """
    from dispatch_lint.model.errors import StoreError
    from dispatch_lint.store.urls import rooted

    if not settings.store:
        raise StoreError("no store given: use --store URL, or the setting `store`")
    return rooted(settings.store, settings.root)


# Definitions and documents


def breaking_changes(
    changes: Sequence[SchemaChange], settings: Settings
) -> dict[SchemaChange, list[tuple[str, str]]]:
    """The changes about which a rule has a finding at or above the fail level.

    Returns:
        Each with the names of the rules, and their messages.

    Raises:
        UserError: a rule cannot be used.
    """
    from dispatch_lint.documents.catalogue_files import load_catalogue
    from dispatch_lint.engine.plugins import instantiate

    rules = instantiate(known_rules(settings), settings, load_catalogue(settings))
    found: dict[SchemaChange, list[tuple[str, str]]] = {}
    for change in changes:
        for rule in rules:
            for finding in findings_about(rule, change) if rule.has("check_change") else ():
                severity = settings.severity.get(rule.name) or finding.severity or rule.severity
                if severity >= settings.fail_level:
                    found.setdefault(change, []).append((rule.name, finding.message))
    return found


def findings_about(rule: Rule, change: SchemaChange) -> list[Finding]:
    """What a rule finds about a change of definitions.

    Raises:
        PluginError: the rule fails.
    """
    from dispatch_lint.engine.rule_failures import (
        PluginError,
        internal_error,
        reraise_if_not_of_rule,
    )
    from dispatch_lint.engine.rule_results import check_nothing, checked_findings

    try:
        return [*checked_findings(rule, rule.check_change(change), check_nothing)]
    except BaseException as error:
        reraise_if_not_of_rule(error)
        raise PluginError(internal_error(rule, error, rule.check_change)) from error


def documents_of(settings: Settings, sources: Sequence[Source]) -> Iterator[Document]:
    """The entity documents of files; stores, and files that cannot be read, are left out."""
    from dispatch_lint.documents.catalogue_files import load_catalogue
    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.documents.reading import read_documents

    classifier = Classifier(settings, load_catalogue(settings))
    for source in sources:
        if source.rows is None and source.format != "go":
            try:
                yield from read_documents(classifier, source, settings.limits)
            except InputError:
                continue  # `check` reports it


def is_input(settings: Settings, source: Source) -> bool:
    """Whether a file has something to check: an entity, or a definition."""
    from dispatch_lint.documents.catalogue_files import load_catalogue
    from dispatch_lint.documents.classify import Classifier, Skipped
    from dispatch_lint.documents.reading import read_source

    if source.format == "go":
        return True
    classifier = Classifier(settings, load_catalogue(settings))
    try:
        for number, part, _, _ in read_source(source, settings.limits).parts:
            if part.problem is not None:
                document = classifier.unparsed(part, source, number, beside=False)
            else:
                document = classifier.read(part, source, number)
            if not isinstance(document, Skipped) or document.describes_api:
                return True
    except InputError:
        pass  # it is no text
    return False


def graph_of(paths: Sequence[str], settings: Settings, *, builtin: bool = True) -> Graph:
    """The graph of the entities at some paths; without paths, that of all kinds.

    Args:
        builtin: whether the kinds that are part of dispatch-lint are among them.

    Raises:
        InputError: a path cannot be read, or a document does not parse.
    """
    from dispatch_lint.documents.catalogue_files import builtin_kinds, load_catalogue
    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.engine.group_answers import is_external
    from dispatch_lint.graph.model import entity_graph, kind_graph
    from dispatch_lint.store.importing import import_sources
    from dispatch_lint.store.memory import MemoryStore

    catalogue = load_catalogue(settings)
    if not paths:
        return kind_graph(catalogue, () if builtin else builtin_kinds(catalogue))
    store = MemoryStore()
    sources = sources_of(paths, settings)
    import_sources(store, sources, Classifier(settings, catalogue))
    close_stores(sources)
    return entity_graph(store, partial(is_external, settings))
