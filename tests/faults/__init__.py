"""The faults program: real processes on real servers, and everything that can go wrong.

    ledger      what happened, written down outside the system, line by line
    standins    quick voice, pictures and type, which write in it
    failpoints  named places at which a process is killed or stopped
    mutants     the same product with one of its rules taken out
    processes   workers and API, forked from a process that has imported everything
    proxy       a line to a server that can be cut, slowed and closed on one side
    site        servers, database, folders, processes and a client, for one scenario
    counts      the ledger joined with what was accepted and with the rows at the end
    scenarios   what is done to whom

``python -m faults`` (with ``tests`` on the path) runs them all, long; ``test_faults`` a short
selection, and the mutants, which have to be found out.
"""
