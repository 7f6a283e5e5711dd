"""Meetings and decisions: their triggers, parties and circumstances, and what became of them."""
