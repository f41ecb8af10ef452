"""`ledger.jsonl`: what was planned, started, ended, looked at and checked at one scale; lines are added, never changed.

A line is the canonical JSON of `{"number": ..., "previous": ..., "at": ..., "kind": ..., "event": {<fields>}}`. `previous` is
the SHA-256 of the line before, so that a line that is lost, edited or moved is found (`chain.py`). The kinds of events are
the classes in `events.py`. Beside it lies `ledger.tip`: the number and the SHA-256 of the last line, which is also the file
that a writer locks.

    >>> from repro.artifacts.ledger.append import append, extend
    >>> from repro.artifacts.ledger.chain import read_ledger
    >>> from repro.artifacts.ledger.events import End, Look, Note, Start
    >>> folder = results / scale                          # what holds ledger.jsonl; any number of writers may add to it at once
    >>> line = append(folder, Note(text="disk replaced")) # locked, on disk (fsync) when it comes back; the lines that it wrote
    >>> line[-1].number, line[-1].sha256                  # `sha256` names the line for good
    >>> ledger = read_ledger(folder)                      # the whole chain, checked; without a file, an empty one
    >>> ledger.tip                                        # SHA-256 of the last line, "" of an empty ledger
    >>> len(ledger.lines), ledger.lines[0].event          # every line in order
    >>> for end in ledger.events(End): ...                # events of one kind, of all time, in order
    >>> for line in ledger.of(Start): ...                 # the same with line number, time and SHA-256 (`line.event`)
    >>> ledger.since_begin                                # the same ledger, but only the lines since it was last begun anew
    >>> extend(folder, lambda ledger: [look] if look not in ledger.events(Look) else [])  # decided under the lock: once only

A ledger begins with `Begin`, which `append` writes before the first event. It lists the runs that were there already.
"""
