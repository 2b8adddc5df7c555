package io.dialtone.sip.trace;

import static io.dialtone.sip.trace.KeptMessages.answer;
import static io.dialtone.sip.trace.KeptMessages.attribute;
import static io.dialtone.sip.trace.KeptMessages.events;
import static io.dialtone.sip.trace.KeptMessages.request;
import static io.dialtone.sip.trace.KeptMessages.timeNs;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SpanBookTest {
    private final KeptMessages kept = KeptMessages.ofOneLoop();

    /** A call through a service that is a user agent on both sides: the second leg has another Call-ID. */
    private static void bridge(final KeptMessages kept) {
        kept.owner(17, 3, 1)
                .fromAlice(0, request("INVITE", "c", 1, "", "a1"))
                .toAlice(1, answer(100, "INVITE", "c", 1, "", "a1"))
                .toBob(2, request("INVITE", "c.2", 7, "", "o1"))
                .fromBob(100, answer(180, "INVITE", "c.2", 7, "b1", "o1"))
                .toAlice(101, answer(180, "INVITE", "c", 1, "s1", "a1"))
                .fromBob(2_000, answer(200, "INVITE", "c.2", 7, "b1", "o1"))
                .toAlice(2_001, answer(200, "INVITE", "c", 1, "s1", "a1"))
                .toBob(2_001, request("ACK", "c.2", 7, "b1", "o2"))
                .fromAlice(2_010, request("ACK", "c", 1, "s1", "a2"))
                .work(2_200)
                .workUntil(2_500, 59_500)
                .fromAlice(60_000, request("BYE", "c", 2, "s1", "a3"))
                .toAlice(60_001, answer(200, "BYE", "c", 2, "s1", "a3"))
                .toBob(60_001, request("BYE", "c.2", 8, "b1", "o3"))
                .fromBob(60_020, answer(200, "BYE", "c.2", 8, "b1", "o3"))
                .workUntil(60_500, 67_000);
    }

    @Test
    void shouldTellOfACallAndTheTransactionsOfBothLegsInOneTrace() {
        bridge(kept);

        assertEquals(5, kept.spans.size(), kept.spans::toString);
        final Span call = kept.span("call", Span.Kind.INTERNAL);
        assertEquals(0, call.identity().parent());
        assertEquals(timeNs(0), call.beganNs());
        assertEquals(timeNs(60_020), call.endedNs());
        assertEquals("200", attribute(call, "sip.status_code"));
        assertEquals("c", attribute(call, "sip.call_id"));
        assertEquals("2", attribute(call, "dialtone.legs"));
        assertEquals("answered", attribute(call, "dialtone.call.outcome"));
        assertEquals("node-1", attribute(call, "dialtone.node"));
        assertEquals(List.of("2001 answered"), events(call));
        assertEquals("", call.error());

        final Span invite = kept.span("INVITE", Span.Kind.SERVER);
        assertEquals(timeNs(0), invite.beganNs());
        assertEquals(timeNs(2_001), invite.endedNs());
        assertEquals(List.of("1 response 100", "101 response 180", "2010 ack"), events(invite));
        assertEquals("200", attribute(invite, "sip.status_code"));
        assertEquals("1", attribute(invite, "dialtone.leg"));
        assertEquals("17", attribute(invite, "dialtone.slot"));
        assertEquals("3", attribute(invite, "dialtone.epoch"));
        assertEquals("192.0.2.9", attribute(invite, "network.peer.address"));
        assertEquals("40000", attribute(invite, "network.peer.port"));
        assertEquals("udp", attribute(invite, "network.transport"));

        final Span outgoing = kept.span("INVITE", Span.Kind.CLIENT);
        assertEquals("2", attribute(outgoing, "dialtone.leg"));
        assertEquals("c.2", attribute(outgoing, "sip.call_id"));
        assertEquals("192.0.2.10", attribute(outgoing, "network.peer.address"));
        assertEquals(List.of("100 response 180", "2001 ack"), events(outgoing));
        assertEquals(timeNs(60_000), kept.span("BYE", Span.Kind.SERVER).beganNs());
        assertEquals(timeNs(60_020), kept.span("BYE", Span.Kind.CLIENT).endedNs());

        final Set<Long> traces = new TreeSet<>();
        final Set<Long> ids = new HashSet<>();
        for (final Span span : kept.spans) {
            traces.add(span.identity().traceHigh());
            traces.add(span.identity().traceLow());
            ids.add(span.identity().span());
            if (!span.equals(call)) {
                assertEquals(call.identity().span(), span.identity().parent(), span::toString);
            }
        }
        assertEquals(2, traces.size());
        assertEquals(5, ids.size());
        assertEquals(0, kept.book.openCalls());
        assertEquals(0, kept.book.openTransactions());
    }

    @Test
    void shouldNameSpansAlikeOnAllProcessesThatSeeACall() {
        final KeptMessages other = KeptMessages.ofOneLoop();
        bridge(kept);
        other.fromAlice(60_000, request("BYE", "c", 2, "s1", "a3"))
                .toAlice(60_001, answer(200, "BYE", "c", 2, "s1", "a3"))
                .workUntil(60_500, 67_000);

        assertEquals(
                kept.span("BYE", Span.Kind.SERVER).identity(),
                other.span("BYE", Span.Kind.SERVER).identity());
        assertEquals(
                List.of(), other.spans("call", Span.Kind.INTERNAL), "who has not seen it begin does not tell of it");
    }

    @Test
    void shouldSayWhyACallHasFailedAndThatOursIsTheError() {
        kept.fromAlice(0, request("INVITE", "refused", 1, "", "1"))
                .toAlice(10, answer(486, "INVITE", "refused", 1, "s", "1"))
                .fromAlice(12, request("ACK", "refused", 1, "s", "1"))
                .fromAlice(20, request("INVITE", "broken", 1, "", "2"))
                .toAlice(30, answer(503, "INVITE", "broken", 1, "s", "2"))
                .fromAlice(32, request("ACK", "broken", 1, "s", "2"))
                .workUntil(500, 7_000);

        final List<Span> calls = kept.spans("call", Span.Kind.INTERNAL);
        assertEquals(
                List.of("486", "503"),
                calls.stream().map(span -> attribute(span, "sip.status_code")).toList());
        assertEquals(List.of("", "503"), calls.stream().map(Span::error).toList());
        assertEquals(
                Set.of("failed"),
                calls.stream()
                        .map(span -> attribute(span, "dialtone.call.outcome"))
                        .collect(Collectors.toSet()));
        final List<Span> invites = kept.spans("INVITE", Span.Kind.SERVER);
        assertEquals(List.of("", "503"), invites.stream().map(Span::error).toList());
        assertEquals(List.of("12 ack"), events(invites.getFirst()));
    }

    @Test
    void shouldGoOnWithTheCallThatIsTriedAgainWithCredentials() {
        kept.fromAlice(0, request("INVITE", "c", 1, "", "1"))
                .toAlice(1, answer(407, "INVITE", "c", 1, "s", "1"))
                .fromAlice(2, request("ACK", "c", 1, "s", "1"))
                .fromAlice(3, request("INVITE", "c", 2, "", "2"))
                .toAlice(50, answer(200, "INVITE", "c", 2, "s2", "2"))
                .fromAlice(60, request("ACK", "c", 2, "s2", "3"))
                .workUntil(500, 20_000)
                .fromAlice(20_000, request("BYE", "c", 3, "s2", "4"))
                .toAlice(20_001, answer(200, "BYE", "c", 3, "s2", "4"))
                .workUntil(20_500, 28_000);

        final Span call = kept.span("call", Span.Kind.INTERNAL);
        assertEquals(timeNs(20_001), call.endedNs());
        assertEquals("200", attribute(call, "sip.status_code"));
        assertEquals(2, kept.spans("INVITE", Span.Kind.SERVER).size());
    }

    @Test
    void shouldShowWhoCancelledACall() {
        kept.fromAlice(0, request("INVITE", "c", 1, "", "1"))
                .toAlice(5, answer(180, "INVITE", "c", 1, "s", "1"))
                .fromAlice(900, request("CANCEL", "c", 1, "", "1"))
                .toAlice(901, answer(200, "CANCEL", "c", 1, "s", "1"))
                .toAlice(902, answer(487, "INVITE", "c", 1, "s", "1"))
                .fromAlice(903, request("ACK", "c", 1, "s", "1"))
                .workUntil(1_000, 8_000);

        final Span call = kept.span("call", Span.Kind.INTERNAL);
        assertEquals("cancelled", attribute(call, "dialtone.call.outcome"));
        assertEquals(timeNs(902), call.endedNs());
        assertEquals(List.of("5 response 180", "900 cancel", "903 ack"), events(kept.span("INVITE", Span.Kind.SERVER)));
        assertEquals("200", attribute(kept.span("CANCEL", Span.Kind.SERVER), "sip.status_code"));
    }

    @Test
    void shouldPutBranchesOfAForkedRequestBelowTheRequestThatWasForked() {
        kept.fromAlice(0, request("INVITE", "c", 1, "", "a1"))
                .toBob(1, request("INVITE", "c", 1, "", "p1", "a1"))
                .toBob(1, request("INVITE", "c", 1, "", "p2", "a1"))
                .fromBob(50, answer(486, "INVITE", "c", 1, "b1", "p1", "a1"))
                .toBob(50, request("ACK", "c", 1, "b1", "p1"))
                .fromBob(80, answer(200, "INVITE", "c", 1, "b2", "p2", "a1"))
                .toAlice(80, answer(200, "INVITE", "c", 1, "b2", "a1"))
                .fromAlice(90, request("ACK", "c", 1, "b2", "a2"))
                .toBob(91, request("ACK", "c", 1, "b2", "p3", "a2"))
                .workUntil(500, 9_500)
                .fromBob(10_000, request("BYE", "c", 1, "a1", "b7").replace("tag=a1\r\nTo", "tag=b2\r\nTo"))
                .toAlice(10_001, request("BYE", "c", 1, "a1", "p4", "b7").replace("tag=a1\r\nTo", "tag=b2\r\nTo"))
                .fromAlice(10_010, answer(200, "BYE", "c", 1, "a1", "p4", "b7").replace("tag=a1\r\nTo", "tag=b2\r\nTo"))
                .toBob(10_011, answer(200, "BYE", "c", 1, "a1", "b7").replace("tag=a1\r\nTo", "tag=b2\r\nTo"))
                .workUntil(10_500, 17_000);

        final Span call = kept.span("call", Span.Kind.INTERNAL);
        final Span invite = kept.span("INVITE", Span.Kind.SERVER);
        final List<Span> branches = kept.spans("INVITE", Span.Kind.CLIENT);
        assertEquals(call.identity().span(), invite.identity().parent());
        assertEquals(2, branches.size());
        branches.forEach(branch ->
                assertEquals(invite.identity().span(), branch.identity().parent()));
        assertEquals(
                Set.of("486", "200"),
                branches.stream()
                        .map(span -> attribute(span, "sip.status_code"))
                        .collect(Collectors.toSet()));
        assertTrue(branches.stream().allMatch(branch -> events(branch).getLast().endsWith(" ack")), branches::toString);
        assertEquals("200", attribute(call, "sip.status_code"));
        assertEquals("1", attribute(call, "dialtone.legs"));
        assertEquals(timeNs(10_011), call.endedNs(), "whoever hangs up");
        final Span bye = kept.span("BYE", Span.Kind.SERVER);
        assertEquals(
                bye.identity().span(),
                kept.span("BYE", Span.Kind.CLIENT).identity().parent());
    }

    @Test
    void shouldKeepOneTransactionOfWhatIsSentAgain() {
        kept.fromAlice(0, request("INVITE", "c", 1, "", "1"))
                .fromAlice(500, request("INVITE", "c", 1, "", "1"))
                .toAlice(510, answer(180, "INVITE", "c", 1, "s", "1"))
                .toAlice(511, answer(180, "INVITE", "c", 1, "s", "1"))
                .toAlice(600, answer(200, "INVITE", "c", 1, "s", "1"))
                .toAlice(1_100, answer(200, "INVITE", "c", 1, "s", "1"))
                .fromAlice(1_110, request("ACK", "c", 1, "s", "2"))
                .fromAlice(1_120, request("ACK", "c", 1, "s", "2"))
                .workUntil(1_500, 8_000);

        final Span invite = kept.span("INVITE", Span.Kind.SERVER);
        assertEquals("4", attribute(invite, "sip.retransmissions"));
        assertEquals(
                List.of(
                        "500 retransmission",
                        "510 response 180",
                        "511 retransmission 180",
                        "1100 retransmission 200",
                        "1110 ack",
                        "1120 retransmission ACK"),
                events(invite));
        assertEquals(timeNs(600), invite.endedNs());
    }

    @Test
    void shouldSayNoMoreThanItsFirstEventsOfWhoRepeatsItself() {
        for (int i = 0; i < 100; i++) {
            kept.fromAlice(i, request("OPTIONS", "c", 1, "", "1"));
        }
        kept.toAlice(200, answer(200, "OPTIONS", "c", 1, "s", "1")).workUntil(500, 8_000);

        final Span options = kept.span("OPTIONS", Span.Kind.SERVER);
        assertEquals(SpanEvents.EVENTS_MAX, options.details().events().size());
        assertEquals(99 - SpanEvents.EVENTS_MAX, options.details().eventsLost());
        assertEquals("99", attribute(options, "sip.retransmissions"));
    }

    @Test
    void shouldGiveRequestsOutsideOfCallsTracesOfTheirOwn() {
        kept.fromAlice(0, request("REGISTER", "r", 1, "", "1"))
                .toBob(1, request("REGISTER", "r", 1, "", "p1", "1"))
                .fromBob(2, answer(200, "REGISTER", "r", 1, "s", "p1", "1"))
                .toAlice(3, answer(200, "REGISTER", "r", 1, "s", "1"))
                .fromAlice(10, request("REGISTER", "r", 2, "", "2"))
                .toAlice(13, answer(200, "REGISTER", "r", 2, "s", "2"))
                .workUntil(500, 7_000);

        final List<Span> registers = kept.spans("REGISTER", Span.Kind.SERVER);
        assertEquals(2, registers.size());
        final Span first = registers.stream()
                .filter(span -> attribute(span, "sip.cseq").equals("1"))
                .findFirst()
                .orElseThrow();
        final Span forwarded = kept.span("REGISTER", Span.Kind.CLIENT);
        assertEquals(0, first.identity().parent());
        assertEquals(first.identity().span(), forwarded.identity().parent());
        assertEquals(first.identity().traceLow(), forwarded.identity().traceLow());
        assertNotEquals(
                registers.get(0).identity().traceLow(),
                registers.get(1).identity().traceLow());
        assertEquals(3, kept.spans.size(), "no call");
    }

    @Test
    void shouldCountARequestWithinACallToTheCallWhateverItsMethod() {
        kept.fromAlice(0, request("INVITE", "c", 1, "", "1"))
                .toAlice(5, answer(200, "INVITE", "c", 1, "s", "1"))
                .fromAlice(100, request("OPTIONS", "c", 2, "s", "2"))
                .toAlice(101, answer(200, "OPTIONS", "c", 2, "s", "2"))
                .workUntil(500, 7_000);

        final Span options = kept.span("OPTIONS", Span.Kind.SERVER);
        final Span invite = kept.span("INVITE", Span.Kind.SERVER);
        assertEquals(invite.identity().traceLow(), options.identity().traceLow());
        assertEquals(invite.identity().parent(), options.identity().parent());
    }

    @Test
    void shouldSayThatNobodyHasAnswered() {
        kept.toBob(0, request("INVITE", "c", 1, "", "1"))
                .toBob(500, request("INVITE", "c", 1, "", "1"))
                .toBob(10, request("OPTIONS", "o", 1, "", "2"))
                .workUntil(500, 45_000);

        final Span invite = kept.span("INVITE", Span.Kind.CLIENT);
        assertEquals("timeout", invite.error());
        assertEquals("timeout", attribute(invite, "dialtone.incomplete"));
        assertEquals("timeout", attribute(invite, "error.type"));
        assertEquals(timeNs(32_000), invite.endedNs());
        assertEquals("timeout", kept.span("OPTIONS", Span.Kind.CLIENT).error());
        final Span call = kept.span("call", Span.Kind.INTERNAL);
        assertEquals("timeout", call.error());
        assertEquals("failed", attribute(call, "dialtone.call.outcome"));
    }

    @Test
    void shouldLetAnInviteRingForMinutes() {
        kept.toBob(0, request("INVITE", "c", 1, "", "1"))
                .fromBob(10, answer(180, "INVITE", "c", 1, "b", "1"))
                .workUntil(500, 300_000);
        assertEquals(List.of(), kept.spans);

        kept.fromBob(300_000, answer(200, "INVITE", "c", 1, "b", "1")).workUntil(300_500, 307_000);

        assertEquals(timeNs(300_000), kept.span("INVITE", Span.Kind.CLIENT).endedNs());
    }

    @Test
    void shouldShowTakeOversAndWhatWasHandedOver() {
        kept.owner(9, 3, 1)
                .fromAlice(0, request("INVITE", "c", 1, "", "1"))
                .owner(9, 4, 2)
                .handedOver(300, request("INVITE", "c", 1, "", "1"))
                .toAlice(310, answer(200, "INVITE", "c", 1, "s", "1"))
                .owner(9, 3, 1)
                .toAlice(311, answer(180, "INVITE", "c", 1, "s", "1"))
                .workUntil(500, 7_000);

        final Span invite = kept.span("INVITE", Span.Kind.SERVER);
        assertEquals(
                List.of("300 take_over node-2 node-1 4 3", "300 handed_over node-2 4", "311 response 180"),
                events(invite));
        assertEquals("node-2", attribute(invite, "dialtone.node"));
        assertEquals("4", attribute(invite, "dialtone.epoch"));
        kept.reader.close(timeNs(8_000));
        final Span call = kept.span("call", Span.Kind.INTERNAL);
        assertEquals(List.of("300 take_over node-2 node-1 4 3", "310 answered"), events(call));
    }

    @Test
    void shouldTellOfWhatIsOpenWhenItIsClosed() {
        kept.fromAlice(0, request("INVITE", "c", 1, "", "1"))
                .toAlice(5, answer(200, "INVITE", "c", 1, "s", "1"))
                .fromAlice(7, request("INVITE", "d", 1, "", "2"));

        kept.reader.close(timeNs(10));

        assertEquals(4, kept.spans.size());
        kept.spans("call", Span.Kind.INTERNAL)
                .forEach(call -> assertEquals("stopped", attribute(call, "dialtone.incomplete")));
        final List<Span> invites = kept.spans("INVITE", Span.Kind.SERVER);
        assertEquals(
                Set.of("", "stopped"),
                invites.stream()
                        .map(span -> attribute(span, "dialtone.incomplete"))
                        .collect(Collectors.toSet()));
        assertEquals(List.of("", ""), invites.stream().map(Span::error).toList());
    }

    @Test
    void shouldTellOfACallThatHasEndedElsewhere() {
        final KeptMessages brief = new KeptMessages(new SpanLimits(1_000, 1, TimeUnit.MINUTES.toNanos(5)), 1);
        brief.fromAlice(0, request("INVITE", "c", 1, "", "1"))
                .toAlice(5, answer(200, "INVITE", "c", 1, "s", "1"))
                .fromAlice(20, request("ACK", "c", 1, "s", "2"))
                .workUntil(500, 299_000);
        assertEquals(List.of(), brief.spans("call", Span.Kind.INTERNAL));

        brief.workUntil(299_000, 302_000);

        final Span call = brief.span("call", Span.Kind.INTERNAL);
        assertEquals("silence", attribute(call, "dialtone.incomplete"));
        assertEquals("", attribute(call, "dialtone.call.outcome"));
        assertEquals(timeNs(20), call.endedNs());
        assertEquals("", call.error());
    }

    @Test
    void shouldMakeRoomForTheNewByTellingOfTheOld() {
        final KeptMessages small = new KeptMessages(new SpanLimits(8, 1, Long.MAX_VALUE), 1);
        final int calls = 500;
        for (int i = 0; i < calls; i++) {
            small.fromAlice(i, request("INVITE", "c" + i, 1, "", "b" + i)).work(i + 200);
            assertTrue(small.book.openCalls() <= 8 && small.book.openTransactions() <= 8);
        }

        assertEquals(2 * (calls - 8), small.spans.size());
        assertEquals(2 * (calls - 8), small.book.cut());
        assertEquals(
                Set.of("table full"),
                small.spans.stream()
                        .map(span -> attribute(span, "dialtone.incomplete"))
                        .collect(Collectors.toSet()));
        assertEquals(Set.of(""), small.spans.stream().map(Span::error).collect(Collectors.toSet()));
    }

    @Test
    void shouldMakeRoomByWhatIsDoneBeforeWhatIsNot() {
        final KeptMessages small = new KeptMessages(new SpanLimits(8, 1, Long.MAX_VALUE), 1);
        small.toBob(0, request("OPTIONS", "waits", 1, "", "w"));
        for (int i = 0; i < 20; i++) {
            small.fromAlice(i, request("OPTIONS", "o" + i, 1, "", "b" + i))
                    .toAlice(i, answer(200, "OPTIONS", "o" + i, 1, "s", "b" + i));
        }
        small.work(200);

        assertEquals(0, small.book.cut());
        assertEquals(List.of(), small.spans("OPTIONS", Span.Kind.CLIENT));
        assertEquals(13, small.spans.size());
    }

    @Test
    void shouldKeepOneOfSoManyTracesWholly() {
        final KeptMessages some = new KeptMessages(new SpanLimits(100_000, 4, Long.MAX_VALUE), 1);
        final int calls = 400;
        for (int i = 0; i < calls; i++) {
            some.fromAlice(i, request("INVITE", "c" + i, 1, "", "b" + i))
                    .toBob(i, request("INVITE", "c" + i + ".2", 1, "", "o" + i))
                    .toAlice(i, answer(486, "INVITE", "c" + i, 1, "s", "b" + i))
                    .fromBob(i, answer(486, "INVITE", "c" + i + ".2", 1, "s", "o" + i))
                    .work(i + 200);
        }
        some.workUntil(1_000, 8_000);

        final int roots = some.spans("call", Span.Kind.INTERNAL).size();
        assertEquals(calls / 4.0, roots, calls / 10.0);
        assertEquals(3 * roots, some.spans.size());
    }

    @Test
    void shouldLinkToTheSpanThatAPeerNames() {
        final String named = "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nMax";
        kept.fromAlice(0, request("OPTIONS", "a", 1, "", "1").replace("Max", named))
                .fromAlice(0, request("OPTIONS", "b", 1, "", "2").replace("Max", named.replace("b7ad", "B7AD")))
                .fromAlice(
                        0,
                        request("OPTIONS", "c", 1, "", "3")
                                .replace("Max", named.replaceAll("[0-9a-f]{16}", "0000000000000000")));
        kept.work(200).reader.close(timeNs(300));

        assertEquals(
                List.of(
                        Optional.of(new Span.Link(0x0af7651916cd43ddL, 0x8448eb211c80319cL, 0xb7ad6b7169203331L)),
                        Optional.empty(),
                        Optional.empty()),
                kept.spans.stream()
                        .sorted((a, b) -> attribute(a, "sip.call_id").compareTo(attribute(b, "sip.call_id")))
                        .map(span -> span.details().link())
                        .toList());
    }

    @Test
    void shouldNameUnknownMethodsAlikeAndCutLongWords() {
        final String method = "X".repeat(1_000);
        kept.fromAlice(0, request(method, "c".repeat(2_000), 1, "", "1"));
        kept.work(200).reader.close(timeNs(300));

        final Span span = kept.span("SIP", Span.Kind.SERVER);
        assertEquals("_OTHER", attribute(span, "sip.method"));
        assertEquals(256, attribute(span, "sip.method_original").length());
        assertEquals(256, attribute(span, "sip.call_id").length());
    }

    @Test
    void shouldLookAtWhateverComesInWhateverOrder() {
        final Random random = new Random(20_261_128);
        final KeptMessages some = new KeptMessages(new SpanLimits(64, 1, TimeUnit.SECONDS.toNanos(60)), 2);
        final String[] methods = {"INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "PRACK", "INFO", "FOO"};
        final TraceKind[] kinds = {TraceKind.IN, TraceKind.OUT, TraceKind.HANDED_OVER};
        for (int i = 0; i < 100_000; i++) {
            final String method = methods[random.nextInt(methods.length)];
            final String callId = "c" + random.nextInt(300) + (random.nextBoolean() ? "" : "." + random.nextInt(50));
            final String branch = "b" + random.nextInt(200);
            final String toTag = random.nextBoolean() ? "" : "s" + random.nextInt(20);
            final String message = random.nextBoolean()
                    ? request(method, callId, random.nextInt(3), toTag, branch, "b" + random.nextInt(200))
                    : answer(100 + random.nextInt(600), method, callId, random.nextInt(3), toTag, branch);
            final byte[] bytes = message.getBytes(StandardCharsets.ISO_8859_1);
            for (int hit = random.nextInt(4) - 2; hit > 0; hit--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            final int length = random.nextInt(10) == 0 ? random.nextInt(bytes.length) : bytes.length;
            some.owner(random.nextInt(4) - 1, random.nextInt(3), random.nextInt(4) - 1)
                    .loop(random.nextInt(2));
            some.keep(kinds[random.nextInt(3)], i, some.alice(), Arrays.copyOf(bytes, length));
            if (i % 50 == 0) {
                some.work(i);
                assertTrue(some.book.openCalls() <= 64 && some.book.openTransactions() <= 64);
            }
        }
        some.reader.close(timeNs(200_000));

        assertEquals(0, some.book.openCalls());
        assertEquals(0, some.book.openTransactions());
        assertTrue(some.spans.size() > 10_000, () -> some.spans.size() + " spans");
        assertTrue(some.spans.stream().allMatch(span -> span.endedNs() >= span.beganNs()));
    }
}
