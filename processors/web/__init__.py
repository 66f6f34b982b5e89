"""The dashboard: pages made on the server, each a row of a table.

A page asks what the API's handlers ask, with the same key and so with the same eyes; no
logic of the bus lives here, no connection is opened, and nothing is drawn but templates
and what `charts` makes. All works without JavaScript; what scripts add is comfort.

To add a page:

1. Write `view(asked) -> YourView` beside its like: it reads `asked.query_as(…)`, asks
   what the API's handler of it asks (or that handler itself), and returns a frozen
   dataclass. A `ProblemError` it raises is a page of its own, a foreign id a 404.
2. Write its template, up to 80 lines, out of the macros in `templates/parts.html.j2`;
   it reads `view` (yours) and `frame` (who looks, `frame.csrf`, what came of the last
   step), and says its heading in the block `title`.
3. Add a row to the `PAGES` of its module, and the module to `table.py`. With `nav` it
   stands in the navigation. A page whose path names something says with `example` what
   the world of the tests has; every test of pages then walks it.
4. What can be done there is an `Act`: a form that is posted, done, and answered by the
   page it came from, with a notice. Beside its button stands the `bus` command.
"""
