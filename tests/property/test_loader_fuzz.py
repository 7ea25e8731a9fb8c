"""Whatever stands in a pack's files, loading it gives a pack or PackInvalid, nothing else."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oferta.core.terms.errors import PackInvalid
from oferta.core.terms.loader import load_pack
from oferta.core.terms.problems import Code

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "terms"))
from small_pack import small_files, write_pack

FILES = small_files()
#: Each of these has broken a parser somewhere.
ODD = r"""null ~ {} [] '' - : ? & * ! | > % @ ` # << . .. 1e999 .nan 0x1F 1_000 2024-13-45 NaN ---
... true yes on 99999999999999999999999999999999 -1 1.5 1000% 1000 XXX 9999-12-31 0000-00-00 \ é 银
!!python/object:os.system &a *a {a: b} [a, b] TRUE FALSE NULL ( ) ((( ''''""".split()  # noqa: SIM905 - words read better as words
ODD += ["\t", "\0", "\x85", "9" * 5000, "[" * 200, "{a: " * 50, "(" * 300, "NOT " * 500, "- " * 300]

ATTEMPTS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def load_or_refuse(files: dict[str, str | bytes]) -> None:
    with tempfile.TemporaryDirectory() as parent:
        folder = write_pack(Path(parent), files)
        try:
            load_pack(folder)
        except PackInvalid as refused:
            problems = refused.problems
        else:
            return
    assert problems
    assert all(problem.code in set(Code) for problem in problems)
    assert not any("\n" in str(problem) for problem in problems)


@ATTEMPTS
@given(file=st.sampled_from(sorted(FILES)), content=st.binary(max_size=200))
def test_random_bytes_are_refused(file: str, content: bytes) -> None:
    load_or_refuse({**FILES, file: content})


@ATTEMPTS
@given(file=st.sampled_from(sorted(FILES)), content=st.text(max_size=200))
def test_random_text_is_refused(file: str, content: str) -> None:
    load_or_refuse({**FILES, file: content.encode("utf-8", "surrogatepass")})


@ATTEMPTS
@given(file=st.sampled_from(sorted(FILES)), share=st.floats(0, 1))
def test_a_file_cut_off_anywhere_is_refused(file: str, share: float) -> None:
    load_or_refuse({**FILES, file: FILES[file][: int(len(FILES[file]) * share)]})


@ATTEMPTS
@given(data=st.data())
def test_an_odd_word_in_any_place_is_refused_or_taken(data: st.DataObject) -> None:
    """Replace one value or one word by something of another shape, meaning or size."""
    file = data.draw(st.sampled_from(["terms.yaml", "examples.yaml", *_editions()]))
    lines = FILES[file].splitlines()
    number = data.draw(st.integers(0, len(lines) - 1))
    words = lines[number].split(" ")
    place = data.draw(st.integers(0, len(words) - 1))
    words[place] = data.draw(st.sampled_from(ODD))
    lines[number] = " ".join(words)
    load_or_refuse({**FILES, file: "\n".join(lines).encode("utf-8", "surrogatepass")})


@ATTEMPTS
@given(data=st.data())
def test_two_words_changed_places_are_refused_or_taken(data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(["terms.yaml", "examples.yaml", *_editions()]))
    words = FILES[file].split(" ")
    first, second = (data.draw(st.integers(0, len(words) - 1)) for _ in range(2))
    words[first], words[second] = words[second], words[first]
    load_or_refuse({**FILES, file: " ".join(words)})


def _editions() -> list[str]:
    return [file for file in FILES if file.startswith("editions/")]
