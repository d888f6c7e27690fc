"""Each row of the benchmark says whether it met its target, by the figures that it prints."""

from benchmarks.verdicts import Check, verdict


def test_a_row_is_met_when_every_value_is_within_its_bound() -> None:
    said = verdict("stock", Check("wall", 1.02, 1.1), Check("VMAF", 94.0, 93.8, at_least=True))
    assert said == "MET: stock: wall 1.02 (at most 1.10), VMAF 94.00 (at least 93.80)"


def test_a_row_is_missed_by_one_value_and_names_it_first() -> None:
    said = verdict("stock", Check("wall", 1.02, 1.1), Check("bytes", 1.3, 1.15))
    assert said == "MISSED: stock: bytes 1.30 (at most 1.15), wall 1.02 (at most 1.10)"


def test_a_value_is_judged_as_it_is_printed() -> None:
    assert Check("wall", 1.1049, 1.1).met
    assert not Check("wall", 1.106, 1.1).met
    assert not Check("VMAF", 93.78, 93.79, at_least=True).met
