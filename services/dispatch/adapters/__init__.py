"""Files that people hand in and take away, in the words of dispatch."""
