"""The frame of every page: layout, words in five languages, headers, the first page."""
