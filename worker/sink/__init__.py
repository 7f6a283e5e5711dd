"""Events into files, each exactly once: JSON Lines, or Parquet with the extra `communique[parquet]`.

A part is written beside the others until it is finished; then it is made durable and renamed into place, under a name
that says which entries it holds.  So the newest name is the place to go on from: data and place are committed by one
rename, and a process killed at any moment leaves neither a gap nor a repetition.
"""

from __future__ import annotations
