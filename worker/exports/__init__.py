"""Messages → what other programs read: selections of them, tables, GDELT's and PLOVER's formats.

Pure: a message's `data` in, rows out. This room alone knows how the formats map our members.
"""
