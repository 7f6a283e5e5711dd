"""Golden articles: invented news texts with their expected events."""
