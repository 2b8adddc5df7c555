package io.dialtone.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.link.LinkBell;
import io.dialtone.sip.routing.SipFlow;
import io.dialtone.sip.routing.SipIngress;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkerSeatTest {
    private static final UnsafeBuffer MESSAGE = new UnsafeBuffer(new byte[16]);
    private static final int NOT_FOR_A_GUEST = 5;

    private final List<Throwable> failures = new ArrayList<>();
    private final Frames frames = new Frames();
    private final WorkerSeat seat = new WorkerSeat(frames, new SilentBell(), failures::add);
    private boolean isEdgeBroken;
    private final WorkersAtHand loop = new WorkersAtHand(new Edge(), List.of(seat));

    @Test
    void shouldTurnTheWorkerForAMessageWhileItsThreadRests() {
        // given
        seat.leave();

        // when
        onMessages(1);

        // then
        assertTrue(loop.doWork(System.nanoTime()) > 0);
        assertEquals(0, frames.waiting);
        assertTrue(seat.take(System.nanoTime()), "it has got up again");
    }

    @Test
    void shouldLeaveTheWorkerToItsThreadWhileThatIsAtIt() {
        // when
        onMessages(1);
        loop.doWork(System.nanoTime());

        // then
        assertEquals(1, frames.waiting);
        assertFalse(seat.take(System.nanoTime()));
    }

    @Test
    void shouldLeaveManyMessagesToTheWorkersThread() {
        // given
        seat.leave();

        // when
        onMessages(NOT_FOR_A_GUEST);
        loop.doWork(System.nanoTime());

        // then
        assertEquals(NOT_FOR_A_GUEST, frames.waiting);
    }

    @Test
    void shouldNotTurnTheWorkerWhenNothingHasCome() {
        // given
        seat.leave();
        frames.waiting = 1;

        // when
        loop.doWork(System.nanoTime());

        // then
        assertEquals(1, frames.waiting);
    }

    @Test
    void shouldStayAwayFromAWorkerWhoseTurnTookTooLong() {
        // given
        seat.leave();
        final long nowNs = System.nanoTime();

        // when
        onMessages(1);
        loop.doWork(nowNs - WorkerSeat.GUEST_TURN_NS_MAX - 1); // it began as long ago

        // then
        assertFalse(seat.take(System.nanoTime()));
        assertTrue(seat.take(System.nanoTime() + WorkerSeat.UNWELCOME_NS));
    }

    @Test
    void shouldTellWhatAWorkerThrows() {
        // given
        seat.leave();
        frames.isBroken = true;

        // when
        onMessages(1);
        loop.doWork(System.nanoTime());

        // then
        assertFalse(failures.isEmpty());
    }

    @Test
    void shouldPassOnWhateverAnIngressIsTold() throws NoSuchMethodException {
        for (final Method each : SipIngress.class.getMethods()) {
            assertEquals(
                    WorkersAtHand.class,
                    WorkersAtHand.class
                            .getMethod(each.getName(), each.getParameterTypes())
                            .getDeclaringClass(),
                    each::toString);
        }
    }

    @Test
    void shouldGetUpWhenTheEdgeItselfIsBroken() {
        // given
        seat.leave();
        isEdgeBroken = true;

        // when
        onMessages(1);
        assertThrows(IllegalStateException.class, () -> loop.doWork(System.nanoTime()));

        // then
        assertTrue(seat.take(System.nanoTime()));
    }

    /** Owner and guests take turns; each adds to a plain number, which is right in the end only if they never do at once and see what the other did. */
    @Test
    void shouldBeOneAtATime() throws InterruptedException {
        // given
        final long turns = 20_000;
        final AtomicLong ofGuest = new AtomicLong();
        final long[] plain = new long[1];
        final WorkerSeat shared = new WorkerSeat(
                new Agent() {
                    @Override
                    public int doWork() {
                        plain[0]++;
                        return 0;
                    }

                    @Override
                    public String roleName() {
                        return "plain";
                    }
                },
                new SilentBell(),
                failures::add);
        final Thread guest = Thread.ofPlatform().daemon().start(() -> {
            while (ofGuest.get() < turns) {
                if (shared.take(System.nanoTime())) {
                    shared.getUp(); // a turn
                    ofGuest.incrementAndGet();
                } else {
                    Thread.onSpinWait();
                }
            }
        });

        // when
        long ofOwner = 0;
        while (guest.isAlive()) {
            plain[0]++;
            ofOwner++;
            shared.leave();
            Thread.onSpinWait();
            shared.takeBack();
        }
        guest.join();

        // then
        assertEquals(ofOwner + ofGuest.get(), plain[0]);
        assertEquals(List.of(), failures);
    }

    private void onMessages(final int count) {
        for (int i = 0; i < count; i++) {
            loop.onMessage(MESSAGE, 0, MESSAGE.capacity(), new SipFlow(), 0);
        }
    }

    /** Hands each message to the worker. */
    private final class Edge implements SipIngress {
        @Override
        public void onMessage(
                final UnsafeBuffer buffer, final int offset, final int length, final SipFlow from, final long nowNs) {
            frames.waiting++;
        }

        @Override
        public int doWork(final long nowNs) {
            if (isEdgeBroken) {
                throw new IllegalStateException("broken on purpose");
            }
            return 0;
        }

        @Override
        public long nextDeadlineNs() {
            return Long.MAX_VALUE;
        }
    }

    private static final class Frames implements Agent {
        int waiting;
        boolean isBroken;

        @Override
        public int doWork() {
            if (isBroken) {
                throw new IllegalStateException("broken on purpose");
            }
            final int work = Math.min(1, waiting);
            waiting -= work;
            return work;
        }

        @Override
        public String roleName() {
            return "frames";
        }
    }

    private static final class SilentBell implements LinkBell {
        @Override
        public int descriptor() {
            return -1;
        }

        @Override
        public boolean isRungByAll() {
            return true;
        }

        @Override
        public void listen() {}

        @Override
        public void ignore() {}

        @Override
        public boolean await(final long nanoseconds) {
            return false;
        }
    }
}
