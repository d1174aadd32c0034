"""When the work happens, and what happens when it fails: the Celery app and its thin tasks.

A task takes plain JSON, asks the pipeline of `worker` to do one step, and hands over the ids that
the step returned. Nothing in here knows how a page is read or an event is coded.
"""
