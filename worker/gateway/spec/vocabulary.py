"""What the page knows of our words: gathered from where each has its home, so that there is no second list of any."""

from __future__ import annotations
