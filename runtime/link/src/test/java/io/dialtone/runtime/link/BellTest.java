package io.dialtone.runtime.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class BellTest {
    private static final int STREAM = 1_001;
    private static final long LONG_NS = 30_000_000_000L;
    private static final int ROUNDS = 20_000;

    private final BellWire atOwner;
    private final BellWire atPeer;
    private final Bell bell;

    BellTest(@TempDir final Path directory) throws IOException {
        assumeTrue(Pipes.areHere(), "no named pipes on this system");
        atPeer = BellWire.open(directory, STREAM);
        atOwner = BellWire.open(directory, STREAM);
        bell = new Bell(atOwner, true);
    }

    @AfterEach
    void close() {
        atOwner.close();
        atPeer.close();
    }

    @Test
    void shouldEndARestThatBeganBeforeItWasRung() {
        // given
        bell.listen();

        // when
        atPeer.ring();

        // then
        assertTrue(bell.await(LONG_NS));
        assertFalse(bell.await(1_000), "rung once");
    }

    @Test
    void shouldNotRingForWhoDoesNotListen() {
        // given
        atPeer.ring();
        bell.listen();
        bell.ignore();

        // when
        atPeer.ring();

        // then
        assertFalse(bell.await(1_000));
    }

    @Test
    void shouldRingOnceForEachRestHoweverManyPeersDo() {
        // given
        bell.listen();

        // when
        atPeer.ring();
        atOwner.ring();
        atPeer.ring();

        // then
        assertTrue(bell.await(LONG_NS));
        assertFalse(bell.await(1_000));
    }

    @Test
    void shouldForgetWhatWasRungWhileItWasIgnored() {
        // given
        bell.listen();
        atPeer.ring();

        // when
        bell.ignore();
        bell.listen();

        // then
        assertFalse(bell.await(1_000));
    }

    @Test
    void shouldRingInARoundOnceForWhomThereWereManyFrames() {
        // given
        final BellRound round = new BellRound(1);
        bell.listen();

        // when
        round.add(atPeer);
        round.add(atPeer);
        round.add(null);
        round.ring();
        round.ring();

        // then
        assertTrue(bell.await(LONG_NS));
        assertFalse(bell.await(1_000));
        assertNotEquals(-1, bell.descriptor());
    }

    /** Two threads hand a number to and fro, and each rests without end until it is rung: a ring that is lost stops the test. */
    @Test
    void shouldLoseNoRingBetweenTheLastLookAndTheRest(@TempDir final Path directory) throws Exception {
        // given
        final AtomicInteger number = new AtomicInteger();
        final CountDownLatch done = new CountDownLatch(2);
        try (BellWire first = BellWire.open(directory, 1);
                BellWire firstAtPeer = BellWire.open(directory, 1);
                BellWire second = BellWire.open(directory, 2);
                BellWire secondAtPeer = BellWire.open(directory, 2)) {
            // when
            Thread.ofPlatform().daemon().start(() -> play(number, 0, new Bell(first, true), secondAtPeer, done));
            Thread.ofPlatform().daemon().start(() -> play(number, 1, new Bell(second, true), firstAtPeer, done));
            done.await();
        }

        // then
        assertEquals(ROUNDS, number.get());
    }

    private static void play(
            final AtomicInteger number,
            final int remainder,
            final Bell own,
            final BellWire other,
            final CountDownLatch done) {
        int last = number.get();
        while (last < ROUNDS) {
            if (last % 2 == remainder) {
                number.set(last + 1);
                other.ring();
            } else {
                own.listen();
                if (number.get() == last) {
                    own.await(LONG_NS);
                } else {
                    own.ignore();
                }
            }
            last = number.get();
        }
        other.ring();
        done.countDown();
    }
}
