package io.dialtone.sip.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Two kinds of evidence, time moved by hand. Probes every 500 ms, answered within 250, two misses; suspicion after 200 ms. */
final class HealthMachineTest {
    private static final long MS = 1_000_000;

    private long nowNs = 7_000_000_000L;
    private long heardNs = nowNs;
    private long unansweredNs;
    private int answered;
    private final HealthMachine machine =
            new HealthMachine(HealthConfig.defaults(), BackendState.UP, nowNs - 500 * MS, nowNs - 500 * MS);

    private HealthMachine machine(final HealthConfig config) {
        return new HealthMachine(config, BackendState.UP, nowNs, nowNs);
    }

    private void at(final long ms) {
        nowNs = 7_000_000_000L + ms * MS;
        machine.onEvidence(nowNs, heardNs, unansweredNs, answered);
    }

    private int probe() {
        assertTrue(machine.isProbeDue(nowNs));
        return machine.onProbeSent(nowNs);
    }

    private void answer(final int sequence) {
        answered = sequence;
        heardNs = nowNs;
        machine.onEvidence(nowNs, heardNs, unansweredNs, answered);
    }

    /** Answers a probe at -500 ms, so that it is known to answer them. */
    private void answerOnce() {
        at(-500);
        answer(probe());
        at(0);
    }

    private void goDown() {
        answerOnce();
        probe();
        at(250);
        probe();
        at(500);
        assertEquals(BackendState.DOWN, machine.state());
    }

    @Test
    void shouldStayUpWhileProbesAreAnswered() {
        for (int i = 0; i < 10; i++) {
            at(i * 500L);
            answer(probe());
            assertEquals(BackendState.UP, machine.state());
            assertFalse(machine.isProbeDue(nowNs + 499 * MS));
        }
    }

    @Test
    void shouldSuspectAtTheFirstMissAndProbeAgainAtOnce() {
        probe();
        at(249);
        assertEquals(BackendState.UP, machine.state());
        at(250);
        assertEquals(BackendState.SUSPECT, machine.state());
        assertTrue(machine.isProbeDue(nowNs));
    }

    @Test
    void shouldGoDownWhenProbesAreMissedAndNothingIsHeard() {
        goDown();

        assertEquals(0, machine.share(nowNs));
    }

    @Test
    void shouldNotGoDownWhileTrafficIsHeardThoughProbesAreMissed() {
        missProbesButHearTraffic();

        assertEquals(BackendState.SUSPECT, machine.state());
    }

    private void missProbesButHearTraffic() {
        answerOnce();
        for (int i = 0; i < 20; i++) {
            if (machine.isProbeDue(nowNs)) {
                machine.onProbeSent(nowNs);
            }
            at(250L * (i + 1));
            heardNs = nowNs;
        }
    }

    @Test
    void shouldGoDownWhenTheTrafficStopsToo() {
        missProbesButHearTraffic();

        for (int i = 20; i < 26; i++) {
            if (machine.isProbeDue(nowNs)) {
                machine.onProbeSent(nowNs);
            }
            at(250L * (i + 1));
        }
        assertEquals(BackendState.DOWN, machine.state());
    }

    @Test
    void shouldNotGoDownWhileProbesAreAnsweredThoughRequestsAreNot() {
        unansweredNs = nowNs;
        for (int i = 0; i < 20; i++) {
            at(i * 250L);
            if (machine.isProbeDue(nowNs)) {
                answered = machine.onProbeSent(nowNs);
            }
        }
        assertEquals(BackendState.SUSPECT, machine.state());
        assertEquals(1, machine.share(nowNs));
    }

    @Test
    void shouldProbeAtOnceWhenARequestStaysUnanswered() {
        answer(probe());
        at(10);
        unansweredNs = nowNs;

        at(209);
        assertFalse(machine.isProbeDue(nowNs));
        at(210);
        assertTrue(machine.isProbeDue(nowNs));
        assertEquals(BackendState.SUSPECT, machine.state());
    }

    @Test
    void shouldBeOutOfUseBeforeTheSecondRetransmissionOfAnInvite() {
        // Killed right after it answered a probe, the worst moment; a request leaves for it every 2 ms.
        answer(probe());
        at(2);
        unansweredNs = nowNs;
        long downMs = -1;
        for (long ms = 3; downMs < 0 && ms < 3_000; ms++) {
            at(ms);
            if (machine.isProbeDue(nowNs)) {
                machine.onProbeSent(nowNs);
            }
            if (machine.state() == BackendState.DOWN) {
                downMs = ms;
            }
        }
        assertTrue(downMs > 0 && downMs <= 900, "down after " + downMs + " ms");
    }

    private void comeBack() {
        goDown();
        at(1000);
        answer(probe());
        assertEquals(BackendState.DOWN, machine.state());
        answer(probe());
    }

    @Test
    void shouldComeBackByTwoAnswersAndStartSlowly() {
        comeBack();

        assertEquals(BackendState.SLOW_START, machine.state());
        assertEquals(0.1f, machine.share(nowNs), 0.001f);
        assertEquals(0.5f, machine.share(nowNs + 5_000 * MS), 0.001f);
        at(10_999);
        assertEquals(BackendState.SLOW_START, machine.state());
        at(11_000);
        assertEquals(BackendState.UP, machine.state());
        assertEquals(1f, machine.share(nowNs));
    }

    @Test
    void shouldForgetAnAnswerWhenTheNextProbeIsMissed() {
        goDown();
        at(1000);
        answer(probe());
        probe();
        at(1250);
        at(1750);
        answer(probe());

        assertEquals(BackendState.DOWN, machine.state());
    }

    @Test
    void shouldGoDownAgainDuringSlowStart() {
        comeBack();
        for (long ms = 1_050; ms < 2_400; ms += 50) {
            at(ms);
            if (machine.isProbeDue(nowNs)) {
                machine.onProbeSent(nowNs);
            }
        }
        assertEquals(BackendState.DOWN, machine.state());
    }

    /** Time passes and probes leave, but nobody answers them. */
    private void passUnprobed(final long fromMs, final long toMs) {
        for (long ms = fromMs; ms <= toMs; ms += 50) {
            at(ms);
            if (machine.isProbeDue(nowNs)) {
                machine.onProbeSent(nowNs);
            }
        }
    }

    @Test
    void shouldKeepABackendInUseThatDoesNotKnowOptionsWhileNothingIsAskedOfIt() {
        passUnprobed(0, 60_000);

        assertEquals(BackendState.SUSPECT, machine.state());
        assertEquals(1f, machine.share(nowNs));
    }

    @Test
    void shouldTakeABackendOutThatKnowsNoOptionsWhenARequestStaysUnansweredAndTryItAgain() {
        passUnprobed(0, 10_000);
        unansweredNs = nowNs;
        passUnprobed(10_050, 10_950);
        assertEquals(BackendState.SUSPECT, machine.state());
        passUnprobed(11_000, 11_000);
        assertEquals(BackendState.DOWN, machine.state());

        unansweredNs = 0;
        passUnprobed(11_050, 15_950);
        assertEquals(BackendState.DOWN, machine.state());
        passUnprobed(16_000, 16_000);
        assertEquals(BackendState.SLOW_START, machine.state());
    }

    @Test
    void shouldUseABackendAgainThatIsHeardThoughItsProbesStayUnanswered() {
        goDown();
        passUnprobed(1_000, 3_000);
        assertEquals(BackendState.DOWN, machine.state());

        heardNs = nowNs;
        passUnprobed(3_050, 3_800);
        assertTrue(machine.share(nowNs) > 0);
    }

    @Test
    void shouldTakeNobodyOutOfUseWithoutProbes() {
        final HealthMachine without = machine(HealthConfig.defaults().withProbes(Duration.ZERO, Duration.ZERO));

        assertFalse(without.isProbeDue(nowNs + 60_000 * MS));
        without.onEvidence(nowNs + 60_000 * MS, heardNs, nowNs, 0);
        assertEquals(BackendState.SUSPECT, without.state());
        assertEquals(1f, without.share(nowNs));
    }

    // Ejection: what counts as failing, and for how long; who may be ejected at all is for those who see all backends

    @Test
    void shouldBeFailingAfterSoManyFailuresInARowWhileItIsInUse() {
        assertFalse(machine.isFailing(4));
        assertTrue(machine.isFailing(5));

        machine.eject(nowNs);
        assertFalse(machine.isFailing(100));
        assertFalse(machine.isInUse());
        assertEquals(0, machine.share(nowNs));
        assertFalse(machine(HealthConfig.defaults()
                        .withEjection(EjectionConfig.defaults().withFailures(0)))
                .isFailing(1_000));
    }

    @Test
    void shouldStartSlowlyWhenItsTimeHasPassedAndProbesAreAnswered() {
        answerOnce();
        machine.eject(nowNs);
        for (int i = 0; i < 10; i++) {
            at(i * 500L);
            answer(probe());
            assertEquals(BackendState.EJECTED, machine.state());
        }

        at(5_000);

        assertEquals(BackendState.SLOW_START, machine.state());
        assertEquals(nowNs, machine.usedSinceNs());
    }

    @Test
    void shouldGoDownFromEjectedByTheSameEvidence() {
        answerOnce();
        machine.eject(nowNs);
        probe();
        at(250);
        probe();
        at(500);

        assertEquals(BackendState.DOWN, machine.state());
    }

    @Test
    void shouldNotBeRaisedByTrafficWhileItIsEjected() {
        answerOnce();
        machine.eject(nowNs);
        at(100);
        heardNs = nowNs;
        at(200);

        assertEquals(BackendState.EJECTED, machine.state());
    }
}
