"""ne2k_pci and ne2k_isa beside QEMU's: registers, packet memory, frames."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from side_by_side import Frame, In, Operation, Out, compare, needs_qemu
from strategies import examples, frames_of, longs, octets

pytestmark = [pytest.mark.slow, needs_qemu]

#: A frame of no octets would block the socket behind QEMU's NIC for ever, which is not its doing.
_START = [Out(0, 0x21), Out(5, 60)]

reads = st.one_of(
    st.builds(In, st.integers(0, 0x0F)),
    st.builds(In, st.just(0x10), st.sampled_from([1, 2, 4])),
    st.builds(In, st.integers(0, 0x1F), st.sampled_from([1, 2, 4])),
)
pages = st.one_of(st.integers(0x3E, 0x52), st.integers(0x7E, 0x82), st.integers(0xBC, 0xC4), octets)
writes = st.one_of(
    st.builds(Out, st.just(0), st.sampled_from([0x21, 0x22, 0x26, 0x61, 0x62, 0x0A, 0x12, 0xA2])),
    st.builds(Out, st.just(0), octets),
    st.builds(Out, st.sampled_from([1, 2, 3, 4, 7, 9]), pages),
    st.builds(Out, st.sampled_from([0x0A, 0x0C, 0x0D, 0x0E, 0x0F, 6, 8]), octets),
    st.builds(Out, st.just(5), st.integers(1, 255)),
    st.builds(Out, st.just(0x10), longs, st.sampled_from([1, 2, 4])),
)
operations = st.one_of(reads, writes, writes, st.builds(Frame, frames_of(st.integers(14, 1600))))
programs: st.SearchStrategy[list[Operation]] = st.lists(operations, min_size=100, max_size=300).map(
    lambda program: [*_START, *program]
)


@pytest.mark.parametrize("model", ["ne2k_pci", "ne2k_isa"])
@examples(10)
@given(program=programs)
def test_a_program_does_what_it_does_on_qemu(model, program):
    compare(model, program)
