"""Towns as folders of plain files: the sample town, what makes it, and what makes small ones. See format.md."""
