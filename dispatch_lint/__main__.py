"""`python -m dispatch_lint`, and the command `dispatch-lint`."""

from dispatch_lint.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
