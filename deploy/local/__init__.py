"""The native stack of one checkout: private broker and database, services and edge, without containers."""
