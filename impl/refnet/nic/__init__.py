"""NIC models: registers, rings and EEPROMs on one side, frames on the other.

A model sits on a bus (:mod:`.bus`, :mod:`.pci`) of a board (:mod:`.boards`), reaches the guest's
memory through :class:`.bus.Memory`, raises an interrupt line (:mod:`.lines`), is woken by the
machine's clock (:mod:`.timers`), and sends and takes frames as a :class:`~refnet.fabric.nic.Nic`.
"""
