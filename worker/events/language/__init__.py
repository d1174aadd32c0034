"""Text → sentences, words and trees: the spaCy pipeline and what is done before and after it."""
