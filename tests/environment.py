"""The environment in which tests run the program."""

import os


def clean_environ() -> dict[str, str]:
    """Return the environment variables without settings of the program."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COMMUNIQUE_")}
