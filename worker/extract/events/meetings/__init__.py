"""Meetings: verbal and nominal triggers, participants, status; `meetings.extract_meetings` is the entry point."""
