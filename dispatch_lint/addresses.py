"""Where the project is on the web. No other module states an address of it."""

REPOSITORY = "https://github.com/dispatch-lint/dispatch-lint"
DOCUMENTATION = "https://dispatch-lint.github.io/dispatch-lint"
"""What `make docs` builds from the folder `docs`."""


def page(path: str) -> str:
    """The address of a page of the documentation.

    Args:
        path: of its Markdown file in the folder `docs`, without the ending: `rules/schema`.
    """
    return f"{DOCUMENTATION}/{path}.html"
