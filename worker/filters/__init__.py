"""Which events a client gets: `filter` defines and parses the filters, `facets` gives the compared values of an event.

`keywords` is the same filters as keyword arguments, for Python and the command line.  Pure.
"""

from worker.filters.filter import (
    CONFIDENCE,
    MATCH_ALL,
    MAX_VALUE_CHARACTERS,
    MAX_VALUES,
    PARAMETERS,
    Filter,
    FilterError,
    FilterParameter,
    build_filter,
)

__all__ = [
    "CONFIDENCE",
    "MATCH_ALL",
    "MAX_VALUES",
    "MAX_VALUE_CHARACTERS",
    "PARAMETERS",
    "Filter",
    "FilterError",
    "FilterParameter",
    "build_filter",
]
