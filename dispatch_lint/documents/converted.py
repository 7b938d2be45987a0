"""The entity of a manifest as dispatch reads it: with texts where text belongs.

The guide's names, keys and references are texts. dispatch makes one of a number or a boolean that
stands where its type has a string (FACTS: `sigs.k8s.io/yaml`), and what it makes is not always what
is written: `010` becomes "8". All rules see what dispatch sees.
"""
