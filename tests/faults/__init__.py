"""The faults program: real processes on real servers, and everything that can go wrong.

    ledger      what happened, written down outside the system, line by line
    standins    quick voice, pictures and type, which write in it
    failpoints  named places at which a process is killed or stopped
    clock       a wall clock that jumps
    mutants     the same product with one of its rules taken out
    worker      what a worker's and an API's process do first
    processes   those processes, forked from one that has imported everything, and replaced
    proxy       a line to a server that can be cut, slowed and closed on one side
    ground      the servers that all scenarios have in common
    site        a database, folders, processes and a client, for one scenario
    counts      the ledger joined with what was accepted and with the rows at the end
    running     how a scenario is run
    scenarios   what is done to processes
    outages     what is done to servers, lines, disks and clocks

``python -m faults`` (with ``tests`` on the path) runs them all, long; ``test_faults`` a short
selection, and the mutants, which have to be found out.
"""
