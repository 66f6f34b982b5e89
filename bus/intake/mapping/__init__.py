"""The mapping language: one line a target field, from a source path by converters.

`quantity: PO1.02 | decimal` reads as: quantity is what stands at PO1.02, as a decimal.
Read in this order: `bus.intake.parsing.paths` (where a value stands), `expressions`
(what a line may say), `bus.intake.converters` (what a value may become), `targets`
(what an event has room for), `compiling` (a mapping and the schema made into one
function), and outside of this folder `bus.intake.converting`, which applies it.
"""
