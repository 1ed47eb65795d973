"""Intel's gigabit controllers 82540EM, 82544GC and 82545EM, as QEMU has them (E1K-01..14).

:mod:`.card` is the device on its bus; :mod:`.registers` what its registers are and how they behave;
:mod:`.transmit` turns descriptors into frames, :mod:`.filter` and :mod:`.receive` frames into
descriptors; :mod:`.eeprom` and :mod:`.phy` are the two serial chips beside it.

Source: Intel, PCI/PCI-X Family of Gigabit Ethernet Controllers Software Developer's Manual
(317453), called SDM here, and what QEMU 7.2 was seen to do.
"""
