"""The ground: nouns and rules, pure, standard library only."""
