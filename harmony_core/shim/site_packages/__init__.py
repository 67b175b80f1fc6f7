"""What is put in front of the search path; not for importing from here."""
