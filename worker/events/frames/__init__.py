"""Trees → acts: the lexicon's lines over the dependency tree."""
