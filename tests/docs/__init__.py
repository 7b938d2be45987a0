"""The documentation, held to the program: generated pages, and pages whose commands run."""
