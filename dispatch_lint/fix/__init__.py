"""What changes files: fixes, renamed entities, suppression comments."""
