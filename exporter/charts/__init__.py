"""Charts drawn as SVG: their geometry, which templates put into words of markup."""
