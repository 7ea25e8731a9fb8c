"""What the worker does for the outbox itself: take over the jobs of a worker that was killed."""

from __future__ import annotations

from procrastinate import JobContext
from procrastinate.contrib.django import app

TAKE_OVER = "outbox.take_over"
EACH_MINUTE = "* * * * *"


@app.periodic(cron=EACH_MINUTE)
@app.task(name=TAKE_OVER, queue="outbox", queueing_lock=TAKE_OVER, pass_context=True)
async def take_over(context: JobContext, timestamp: int) -> int:
    """Queue again the jobs whose worker has not been heard of for half a minute.

    A worker that is killed leaves its job marked as being done; without this it would stay so, and
    a customer would never be told. Tasks may run twice, so each of them is made to bear that.

    Returns:
        How many jobs were queued again.
    """
    del timestamp  # when it was due; what counts is who is silent when it runs
    manager = context.app.job_manager
    stalled = list(await manager.get_stalled_jobs())
    for job in stalled:
        await manager.retry_job(job)
    return len(stalled)
