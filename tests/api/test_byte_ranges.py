"""Which bytes a Range asks for, for every header and size."""

from http import HTTPStatus

from hypothesis import given
from hypothesis import strategies as st

from app.byte_ranges import MAX_RANGES, parse_ranges, plan_answer

ETAG = '"abc"'
sizes = st.integers(0, 10_000)
numbers = st.integers(0, 12_000)
specs = st.one_of(
    st.tuples(numbers, numbers).map(lambda pair: f"{min(pair)}-{max(pair)}"),
    numbers.map(lambda n: f"{n}-"),
    numbers.map(lambda n: f"-{n}"),
)


@given(sizes, st.lists(specs, min_size=1, max_size=MAX_RANGES))
def test_ranges_lie_inside_the_file_and_are_never_empty(size: int, wanted: list[str]) -> None:
    ranges = parse_ranges("bytes=" + ",".join(wanted), size)
    assert ranges is not None
    assert all(0 <= start < end <= size for start, end in ranges)
    assert len(ranges) <= len(wanted)


@given(sizes, st.text(max_size=40))
def test_no_header_is_an_error(size: int, header: str) -> None:
    answer = plan_answer(
        size=size,
        etag=ETAG,
        content_type="video/mp4",
        request_headers={"range": header, "if-range": header, "if-none-match": header},
    )
    assert answer.status in {200, 206, 304, 416}


@given(st.integers(1, 10_000), specs)
def test_one_range_says_exactly_what_it_sends(size: int, spec: str) -> None:
    answer = plan_answer(
        size=size, etag=ETAG, content_type="video/mp4", request_headers={"range": f"bytes={spec}"}
    )
    if answer.status == HTTPStatus.PARTIAL_CONTENT:
        (part,) = answer.parts
        assert answer.headers["Content-Range"] == f"bytes {part.start}-{part.end - 1}/{size}"
        assert answer.length == part.end - part.start
    else:
        assert answer.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
        assert answer.headers["Content-Range"] == f"bytes */{size}"


def test_too_many_ranges_get_the_whole_file() -> None:
    wanted = "bytes=" + ",".join(["0-0"] * (MAX_RANGES + 1))
    assert parse_ranges(wanted, 100) is None


def test_an_endless_number_is_no_crash() -> None:
    assert parse_ranges("bytes=" + "9" * 10_000 + "-", 100) is None
