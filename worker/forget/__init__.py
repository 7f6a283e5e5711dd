"""The right to be forgotten: remove an article, or all articles of a host, with their events and tasks.

Each step may be repeated, and the entries of articles, from which the others are found, are deleted last.  So a run
that was interrupted is completed by running it again.
"""

from worker.forget.forgetter import ForgetReport, Forgetter
from worker.forget.target import ForgetTarget

__all__ = ["ForgetReport", "ForgetTarget", "Forgetter"]
