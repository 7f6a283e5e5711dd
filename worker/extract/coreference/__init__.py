"""Who is who: names with their roles and countries, and whom pronouns and descriptions mean."""
