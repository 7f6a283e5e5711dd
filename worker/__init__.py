"""Communiqué: news articles in, a live stream of statements, meetings and decisions out."""
