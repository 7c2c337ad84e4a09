"""Documents in worker processes, and many of them: isolated, bounded, resumable.

    from batch.workers import Task, Workers
    with Workers(jobs=2) as workers:
        for outcome in workers.map(Task(path) for path in paths):
            print(outcome.task.source, outcome.status)

Nothing here imports a library that reads documents: those live in the workers alone.
"""
