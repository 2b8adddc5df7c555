package io.dialtone.runtime.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.junit.jupiter.api.Test;

class SessionWorkerProxyTest {
    @Test
    void shouldAnswerThatTheMailboxIsFull() {
        final ManyToOneConcurrentArrayQueue<WorkerCommand> mailbox = new ManyToOneConcurrentArrayQueue<>(2);
        final SessionWorkerProxy proxy = new SessionWorkerProxy(mailbox);

        assertEquals(SessionWorkerProxy.ACCEPTED, proxy.offer(worker -> {}));
        assertEquals(SessionWorkerProxy.ACCEPTED, proxy.offer(worker -> {}));
        assertEquals(SessionWorkerProxy.MAILBOX_FULL, proxy.offer(worker -> {}));

        mailbox.poll();
        assertEquals(SessionWorkerProxy.ACCEPTED, proxy.offer(worker -> {}));
    }
}
