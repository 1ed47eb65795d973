"""How frames enter and leave the user network, whatever they carry."""
