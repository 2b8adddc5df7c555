package io.dialtone.sip.locate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.sip.codec.ViaTransport;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LocatorTest {
    private static final Ways DATAGRAMS = Ways.of((transport, ipv4) -> transport == ViaTransport.UDP && ipv4);
    private static final Destination EXAMPLE = new Destination("example.com", 0, null, false);
    private static final long SECOND_NS = 1_000_000_000L;

    private final Zone zone = new Zone();
    private final List<Located> found = new ArrayList<>();
    private long nowNs = -5 * SECOND_NS;
    private Locator locator = locator(LocateSettings.defaults());

    @Test
    void shouldAskOnceAndThenKnow() {
        zone.address("example.com", "192.0.2.1");

        assertNull(locator.tryLocate(EXAMPLE, DATAGRAMS, 1, nowNs));
        assertTrue(locator.locate(EXAMPLE, DATAGRAMS, 1, found::add));
        assertTrue(locator.locate(EXAMPLE, DATAGRAMS, 2, found::add));
        zone.answerAll();

        assertEquals(2, found.size());
        assertEquals(List.of("udp:192.0.2.1:5060"), texts(found.getFirst()));
        assertEquals(List.of("udp:192.0.2.1:5060"), known());
        assertEquals(3, locator.count(LocateCounter.QUESTIONS)); // NAPTR, SRV, A: each once for both
        assertEquals(0, locator.count(LocateCounter.WAITING));
    }

    @Test
    void shouldForgetWhatItKnowsWithItsTtl() {
        zone.address("example.com", "192.0.2.1");
        search();

        nowNs += Zone.TTL_NS;
        assertNull(locator.tryLocate(EXAMPLE, DATAGRAMS, 1, nowNs));
        zone.clear().address("example.com", "192.0.2.2");

        assertEquals(List.of("udp:192.0.2.2:5060"), texts(search()));
    }

    @Test
    void shouldUseAnAnswerWithoutTtlOnceAndAskAgain() {
        zone.address("example.com", "192.0.2.1").ttlNs("example.com", RecordType.A, 0);

        assertEquals(List.of("udp:192.0.2.1:5060"), texts(search()));
        assertNull(locator.tryLocate(EXAMPLE, DATAGRAMS, 1, nowNs));
    }

    @Test
    void shouldBelieveNobodyLongerThanTheLimits() {
        zone.address("example.com", "192.0.2.1").ttlNs("example.com", RecordType.A, Long.MAX_VALUE);
        search();

        nowNs += LocateSettings.defaults().ttlMaxNs();
        assertNull(locator.tryLocate(EXAMPLE, DATAGRAMS, 1, nowNs));
    }

    @Test
    void shouldRememberForAWhileThatThereIsNothing() {
        assertEquals(List.of(), search().targets());
        assertNotNull(locator.tryLocate(EXAMPLE, DATAGRAMS, 1, nowNs));

        nowNs += LocateSettings.defaults().negativeTtlMaxNs();
        assertNull(locator.tryLocate(EXAMPLE, DATAGRAMS, 1, nowNs));
    }

    @Test
    void shouldNotAskAgainAtOnceWhenNobodyAnswers() {
        zone.fails("_sip._udp.example.com", RecordType.SRV);
        assertEquals(List.of(), search().targets());
        assertNotNull(locator.tryLocate(EXAMPLE, DATAGRAMS, 1, nowNs));

        nowNs += LocateSettings.defaults().failedTtlNs();
        assertNull(locator.tryLocate(EXAMPLE, DATAGRAMS, 1, nowNs));
        assertEquals(1, locator.count(LocateCounter.QUESTIONS_FAILED));
    }

    @Test
    void shouldRefuseMoreThanMayWait() {
        locator = locator(LocateSettings.defaults().withWaitingMax(1));

        assertTrue(locator.locate(EXAMPLE, DATAGRAMS, 1, found::add));
        assertFalse(locator.locate(EXAMPLE, DATAGRAMS, 1, found::add));
        zone.answerAll();
        assertTrue(locator.locate(EXAMPLE, DATAGRAMS, 1, found::add));
        assertEquals(1, locator.count(LocateCounter.SEARCHES_REFUSED));
    }

    @Test
    void shouldFailQuestionsBeyondThoseThatMayBeUnderWay() {
        locator = locator(LocateSettings.defaults().withQuestionsMax(1));
        zone.address("a.example.com", "192.0.2.1").address("b.example.com", "192.0.2.2");

        locator.locate(new Destination("a.example.com", 5060, null, false), DATAGRAMS, 1, found::add);
        locator.locate(new Destination("b.example.com", 5060, null, false), DATAGRAMS, 1, found::add);
        zone.answerAll();

        assertEquals(List.of(), found.getFirst().targets());
        assertEquals(List.of("udp:192.0.2.1:5060"), texts(found.getLast()));
        assertEquals(1, locator.count(LocateCounter.QUESTIONS_REFUSED));
    }

    @Test
    void shouldKeepNoMoreAnswersThanItMay() {
        locator = locator(LocateSettings.defaults().withCacheMax(4));
        for (int i = 0; i < 20; i++) {
            zone.address("host-" + i, "192.0.2.1");
            locator.locate(new Destination("host-" + i, 5060, null, false), DATAGRAMS, 1, found::add);
            zone.answerAll();
        }

        assertEquals(4, locator.count(LocateCounter.CACHE_ANSWERS));
        assertNotNull(locator.tryLocate(new Destination("host-19", 5060, null, false), DATAGRAMS, 1, nowNs));
    }

    @Test
    void shouldTryTargetsLastThatHaveFailedLately() {
        zone.service("_sip._udp.example.com", 1, 1, 5061, "a.example.com")
                .service("_sip._udp.example.com", 2, 1, 5062, "a.example.com")
                .address("a.example.com", "192.0.2.1");
        final Target first = search().targets().getFirst();

        locator.onFailed(first, nowNs);
        assertEquals(List.of("udp:192.0.2.1:5062", "udp:192.0.2.1:5061"), known());

        nowNs += LocateSettings.defaults().shunNs();
        assertEquals(List.of("udp:192.0.2.1:5061", "udp:192.0.2.1:5062"), known());

        locator.onFailed(first, nowNs);
        locator.onAnswered(first);
        assertEquals(List.of("udp:192.0.2.1:5061", "udp:192.0.2.1:5062"), known());
    }

    private Locator locator(final LocateSettings settings) {
        return new Locator(settings, StaticRoutes.none(), zone, () -> nowNs);
    }

    private Located search() {
        locator.locate(EXAMPLE, DATAGRAMS, 1, found::add);
        zone.answerAll();
        return found.removeLast();
    }

    private List<String> known() {
        final Located known = locator.tryLocate(EXAMPLE, DATAGRAMS, 1, nowNs);
        assertNotNull(known);
        return texts(known);
    }

    private static List<String> texts(final Located located) {
        return located.targets().stream().map(Zone::textOf).toList();
    }
}
