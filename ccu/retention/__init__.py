"""Records disposition: sealing, de-identification, retention, legal holds, purge."""
