"""Events to files, each exactly once: JSON Lines, or Parquet with the extra `communique[parquet]`.

A file is written in a directory of unfinished files. When it is complete it is synced to disk and renamed to its final
path; the name contains the ids of the first and last entry. The newest name is therefore the cursor from which a
restart resumes: one rename commits data and cursor together, and a process killed at any moment leaves neither a gap
nor a duplicate.
"""

from __future__ import annotations
