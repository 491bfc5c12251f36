"""The proposed bounds hold every certified row with its uncertainty, and nothing the contract cannot take."""

from hypothesis import example, given
from hypothesis import strategies as st

from engines.proposals.bounds import box_of

rows = st.lists(
    st.fixed_dictionaries({"s": st.integers(1, 4096), "r": st.integers(1, 128), "d": st.integers(1, 256)}),
    min_size=1,
    max_size=5,
)


def test_the_demos_answer_gives_these_bounds() -> None:
    answer = [{"s": 5, "r": 29, "d": 22}, {"s": 5, "r": 28, "d": 21}, {"s": 5, "r": 28, "d": 20}]
    box = box_of(answer, u_s=1, u_d=1).as_dict()
    assert box == {"s_min": 4, "s_max": 5, "r_min": 28, "r_max": 30, "d_min": 19, "d_max": 23}


@example([{"s": 1, "r": 1, "d": 256}], 0, 0)  # a level that the contract's uint8 cannot say
@given(rows, st.integers(0, 4096), st.integers(0, 256))
def test_bounds_are_in_order_within_the_contracts_types_and_hold_every_row(
    answer: list[dict[str, int]], u_s: int, u_d: int
) -> None:
    box = box_of(answer, u_s=u_s, u_d=u_d)
    assert 1 <= box.s_min <= box.s_max < 2**16
    assert 1 <= box.r_min <= box.r_max <= 128
    assert 1 <= box.d_min <= box.d_max < 2**8
    for row in answer:
        assert box.s_min <= row["s"] <= box.s_max
        assert box.r_min <= row["r"] <= box.r_max
        assert box.d_min <= min(row["d"], 255) <= box.d_max
        assert box.s_min <= max(1, row["s"] - u_s)
        assert box.d_min <= max(1, row["d"] - u_d)
        assert box.d_max >= min(row["d"] + u_d, 255)


@given(rows, st.integers(0, 8), st.integers(0, 16))
def test_a_slice_at_the_far_corner_is_as_long_for_its_level_as_each_rows_own(
    answer: list[dict[str, int]], u_s: int, u_d: int
) -> None:
    box = box_of(answer, u_s=u_s, u_d=u_d)
    if box.r_max < 128:
        for row in answer:
            # Nonces a miner has for each attempt that the level asks for: 2^r / (s 2^d), compared without division.
            assert 2**box.r_max * row["s"] >= 2 ** (row["r"] + u_d) * box.s_max
