package io.dialtone.runtime.engine;

import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;

/** How any thread speaks to a worker: by commands, which the worker runs in a later turn. Thread safe. */
public final class SessionWorkerProxy {
    /** The command will run. */
    public static final long ACCEPTED = 1;

    /** As many commands wait as may wait: the caller tries later, or gives up in its own protocol's words. */
    public static final long MAILBOX_FULL = -1;

    private final ManyToOneConcurrentArrayQueue<WorkerCommand> mailbox;

    SessionWorkerProxy(final ManyToOneConcurrentArrayQueue<WorkerCommand> mailbox) {
        this.mailbox = mailbox;
    }

    /** Offers a command: {@link #ACCEPTED} or {@link #MAILBOX_FULL}. */
    public long offer(final WorkerCommand command) {
        return mailbox.offer(command) ? ACCEPTED : MAILBOX_FULL;
    }
}
