"""The made-up municipality of the demo, around the tables of the minutes.

`organisation` and `story` give rows as plain data, from today's date alone; `load` takes them in
through the same importers and closings that people use.
"""
