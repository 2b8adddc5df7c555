package io.dialtone.sip.locate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AliasChainTest {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final DnsRecord.Address HERE = Zone.addressOf("192.0.2.1");

    private final AliasChain chain = new AliasChain(new Question("example.com", RecordType.A));

    @Test
    void shouldTakeTheShortestTtlOnTheWay() {
        final Answer answer =
                chain.read(List.of(alias("Example.COM.", "b.example.com", 30), entry("b.example.com", HERE, 60)), 0);

        assertEquals(Answer.found(List.of(HERE), 30 * SECOND_NS), answer);
    }

    @Test
    void shouldAskAgainWhereAResponseStopsHalfWay() {
        assertNull(chain.read(List.of(alias("example.com", "b.example.net", 30)), 0));
        assertEquals(new Question("b.example.net", RecordType.A), chain.next());
        assertEquals(
                Answer.found(List.of(HERE), 30 * SECOND_NS), chain.read(List.of(entry("b.example.net", HERE, 300)), 0));
    }

    @Test
    void shouldGiveUpOnAliasesInACircle() {
        final Answer answer = chain.read(
                List.of(alias("example.com", "b.example.com", 30), alias("b.example.com", "example.com", 30)), 0);

        assertEquals(Answer.failed(), answer);
    }

    @Test
    void shouldGiveUpOnACircleOfResponses() {
        Answer answer = null;
        for (int i = 0; answer == null && i < 100; i++) {
            answer = chain.read(List.of(alias(chain.next().name(), "x" + i + ".example.com", 30)), 0);
        }

        assertEquals(Answer.failed(), answer);
    }

    @Test
    void shouldIgnoreRecordsOfOtherNamesAndTypes() {
        final Answer answer = chain.read(
                List.of(
                        entry("evil.example.org", Zone.addressOf("198.51.100.1"), 60),
                        entry("example.com", Zone.addressOf("2001:db8::1"), 60),
                        entry("example.com", new DnsRecord.Service(0, 0, 1, "a"), 60)),
                7);

        assertEquals(Answer.none(7 * SECOND_NS), answer);
    }

    @Test
    void shouldTakeATtlThatIsNoneForZero() {
        final Answer answer = chain.read(List.of(entry("example.com", HERE, 0xFFFF_FFFFL)), 0);

        assertEquals(Answer.found(List.of(HERE), 0), answer);
    }

    @Test
    void shouldCutAnAnswerOfAThousandRecords() {
        final List<AliasChain.Entry> entries = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            entries.add(entry("example.com", HERE, 60));
        }

        final Answer answer = chain.read(entries, 0);

        assertNotNull(answer);
        assertEquals(Answer.RECORDS_MAX, answer.records().size());
    }

    private static AliasChain.Entry entry(final String name, final DnsRecord record, final long ttl) {
        return new AliasChain.Entry(name, record, ttl);
    }

    private static AliasChain.Entry alias(final String name, final String target, final long ttl) {
        return entry(name, new DnsRecord.Alias(target), ttl);
    }
}
