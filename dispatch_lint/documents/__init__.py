"""Sources, their documents, and what is known of each document before a rule sees it."""
