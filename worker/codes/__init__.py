"""CAMEO and PLOVER: both ontologies, and the reviewed table by which an event gets its codes.  Pure; knows no language.

`code` answers for an event's traits, `TYPES` and `CAMEO` are the ontologies.  The data are the TOML files beside it.
"""

from __future__ import annotations

from worker.codes.ontology import CAMEO, TYPES, CameoCode, PloverType, contexts, plover
from worker.codes.table import Codes, Known, Traits, code

__all__ = ["CAMEO", "TYPES", "CameoCode", "Codes", "Known", "PloverType", "Traits", "code", "contexts", "plover"]
