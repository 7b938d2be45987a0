"""Generated YAML of the shape that manifests have, with whatever may be in it."""

from __future__ import annotations

from hypothesis import strategies as st

WORDS = r"""
yes no on off y n ~ null true True 010 0o7 0x1f 1_000 1.10 .5 5. 1e3 1e+3 12:30 .inf .nan -1 +1
0 9 99999999999999999999 2020-01-01 a a-b a---b 'x' "y" ''
""".split()  # noqa: SIM905
SCALARS = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(["!t 1", "!!str 1", "!!int 2", "! 3"]),
    st.text(alphabet="ab:#-,[]{}?'\"%@`|> \n0.1é", max_size=6),
)


FLOW = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda found: f"[{','.join(found)}]"),
        st.lists(inner, max_size=3).map(lambda found: f"[{', '.join(found)} ]"),
        st.lists(
            st.tuples(st.sampled_from(["a", "b", '"c"', "'d'", "1", "null"]),
                      st.sampled_from([": ", ":", " : ", " :", ":\n  "]), inner).map("".join)
            | inner,
            max_size=3,
        ).map(lambda found: "{" + ", ".join(found) + "}"),
    ),
    max_leaves=5,
)  # fmt: skip

ANCHORED = ["{a: 1, k1: x}", "[on, ~]", "word", "\n    d: 'e'\n    f: [g]", "|\n  text # x\n"]
MERGED = ["{a: b}", "[{a: 1}, {c: 2, a: 3}]", "*a", "[*a, {b: no}]", "{}"]


@st.composite
def yaml_texts(draw: st.DrawFn) -> str:
    """YAML of the shape that manifests have, with whatever may be in it."""
    documents = []
    for _ in range(draw(st.integers(1, 3))):
        lines = []
        for number in range(draw(st.integers(0, 4))):
            key = draw(
                st.sampled_from(["kind", "name", "a", "b", "1", "x y", '"<<"', f"k{number}"])
            )
            style = draw(st.integers(0, 7))
            if style == 5:
                lines.append(f"{key}: {draw(FLOW)}")
            elif style == 6:
                lines.append(f"<<: {draw(st.sampled_from(MERGED))}")
            elif style == 7:
                lines.append(f"{key}: &a {draw(st.sampled_from(ANCHORED))}")
            elif style < 3:
                lines.append(f"{key}: {draw(SCALARS)}")
            elif style == 3:
                lines += [f"{key}:", f"  - {draw(SCALARS)}", f"  - {draw(SCALARS)}"]
            else:
                lines += [f"{key}:", f"    b: {draw(SCALARS)}", f"    c: {draw(SCALARS)}"]
            if draw(st.booleans()):
                lines.append(draw(st.sampled_from(["# note", "", "  # --- x", "..."])))
        documents.append("\n".join(lines))
    text = draw(st.sampled_from(["---\n", ""])) + "\n---\n".join(documents)
    return text + draw(st.sampled_from(["", "\n"]))
