"""`dispatch-lint init`: plans and writes settings, a hook and editor files for a project.

Planning writes nothing: each `Step` has the whole new text of one file. Existing files are added
to. Where that would lose comments or formatting, the user gets the missing lines instead.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dispatch_lint.config.settings import parse
from dispatch_lint.config.tree import repository_of
from dispatch_lint.documents.catalogue_files import load_catalogue
from dispatch_lint.documents.classify import Classifier
from dispatch_lint.initializing.schema_copy import schema_step, update_step
from dispatch_lint.initializing.steps import (
    HOOKS,
    editor_step,
    hook_step,
    matcher_step,
    modeline_step,
    settings_step,
)
from dispatch_lint.initializing.survey import Found, survey
from dispatch_lint.text.files import made_folder, write_bytes

if TYPE_CHECKING:
    from dispatch_lint.config.settings import Settings
    from dispatch_lint.initializing.step import Step


def plan(settings: Settings, *, modelines: bool = False) -> tuple[Found, list[Step]]:
    """Find what is in the project in the working directory, and plan the files for it.

    Args:
        settings: those that it has, or the defaults.
        modelines: whether a modeline that names the schema is added to each manifest.

    Raises:
        SettingsError, CatalogueError, DefinitionError: the settings that exist cannot be used.
        InputError: a file cannot be read.
    """
    catalogue = load_catalogue(settings)
    found = survey(settings, catalogue)
    steps = [settings_step(found, settings.file)]
    if found.manifests:
        if found.definitions and not settings.definitions:
            with_definitions = parse({"definitions": found.definitions})
            catalogue = load_catalogue(with_definitions)
        steps += [schema_step(catalogue), editor_step(found)]
        if modelines:
            classifier = Classifier(settings, catalogue)
            steps += [modeline_step(name, classifier) for name in found.manifests
                      if not name.endswith(".json")]  # fmt: skip
    if HOOKS.exists() or repository_of(Path.cwd()) is not None:
        steps.append(hook_step())
    if Path(".github").is_dir():
        steps.append(matcher_step())
    return found, steps


def plan_update(settings: Settings) -> Step:
    """Plan to renew the copy of the schema in the working directory.

    Raises:
        SettingsError, CatalogueError, DefinitionError: the settings cannot be used.
        InputError: there is no copy, or it cannot be read.
    """
    return update_step(load_catalogue(settings))


def write(step: Step) -> None:
    """Write the file of a step.

    Raises:
        OSError: it cannot be written; the old file is kept.
    """
    if step.text is not None:
        with made_folder(step.file.parent):
            write_bytes(step.file, step.text.encode("utf-8"))
