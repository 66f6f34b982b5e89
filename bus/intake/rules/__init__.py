"""Rules: what an order is held or marked for, as data, and what came of deciding so.

Read in this order: `lines` (a line says what a rule is, or how a scope has it), `book`
(all lines, and which hold for an account), `order` (what checks read), `checks` (a row
each), `judging` (an order judged), `learning` (what decisions teach). Never here: a
clock, a table that is read on demand; what is known comes in as `Known`.
"""
