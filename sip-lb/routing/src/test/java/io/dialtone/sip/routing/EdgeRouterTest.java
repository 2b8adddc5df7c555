package io.dialtone.sip.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.dialtone.api.AffinityRule;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.api.link.LinkPublication;
import io.dialtone.placement.table.ClusterKey;
import io.dialtone.placement.table.SlotHash;
import io.dialtone.placement.table.SlotTable;
import io.dialtone.placement.table.SlotTableHolder;
import io.dialtone.placement.table.SlotToken;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.codec.ViaTransport;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EdgeRouterTest {
    private static final int SLOTS = 256;
    private static final int THREADS = 2;
    private static final int NODES = 3;
    private static final long MS = 1_000_000;
    private static final long WALL_NS = 1_790_000_000_000_000_000L;
    private static final ClusterKey KEY = ClusterKey.parse("a secret for the tests of the edge");
    private static final String CALL_ID = "a84b4c76e66710@pc33.example.com";

    private final CapturingEgress egress = new CapturingEgress(new SipListener(
            0,
            SipFlow.TRANSPORT_UDP,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 5060),
            "127.0.0.1",
            5060));
    private final ScriptedLink link = new ScriptedLink(1 + NODES, THREADS);
    private final SlotTableHolder slots = new SlotTableHolder(SlotTable.roundRobin(SLOTS, 1, 2, 3));
    private final SlotToken token = SlotToken.of(KEY, 0, SLOTS);
    private final SlotHash slotHash = SlotHash.of(KEY, SLOTS);
    private final SipFlow from =
            new SipFlow().set(0, SipFlow.TRANSPORT_UDP, 0, 0, 0).remoteIpv4(0xC0000201, 40_000);
    private final LinkFrame frame = new LinkFrame();
    private final UnsafeBuffer header = new UnsafeBuffer(new byte[LinkFrame.HEADER_BYTES]);
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[SipIngress.HEADROOM_BYTES + 70_000]);
    private Edge edge = new Edge(refusingAtOnce(AffinityRule.CALL_ID), KEY, 0, slots, () -> WALL_NS + nowNs(), 1);
    private EdgeRouter router = edge.router(0, egress, link, 0);
    private long nowNs = 5_000 * MS;

    private long nowNs() {
        return nowNs;
    }

    // Which owner

    @Test
    void shouldHandARequestToTheOwnerOfTheSlotOfItsCallId() {
        receive(invite());

        final int slot = slotHash.slotOf(CALL_ID.getBytes(StandardCharsets.US_ASCII));
        final ScriptedLink.Offer offer = link.lastOffer();
        assertEquals(slots.table().ownerOf(slot), offer.member());
        assertEquals(SlotTable.threadOf(slot, THREADS), offer.thread());
        assertEquals(slot, offer.frame().slot());
        assertEquals(1, offer.frame().epoch());
        assertEquals(LinkFrame.TYPE_SIP_TO_WORKER, offer.frame().type());
        assertEquals(ScriptedLink.INCARNATION, offer.frame().incarnation());
        assertEquals(0, offer.frame().member());
        assertEquals(3, offer.frame().thread());
        assertEquals(0, offer.frame().listener());
        assertEquals(40_000, offer.frame().remotePort());
        assertEquals(0xFFFF_C000_0201L, offer.frame().remoteLow());
        assertEquals(WALL_NS + nowNs, offer.frame().arrivalNs());
        assertEquals(WALL_NS + nowNs + 4_000 * MS, offer.frame().deadlineNs());
        assertEquals(1, count(EdgeCounter.ROUTED_BY_AFFINITY));
        assertEquals(1, count(EdgeCounter.REQUESTS_FORWARDED));
        assertTrue(egress.sent.isEmpty());
    }

    @Test
    void shouldLetAConnectionBeReusedWhoseTopmostViaAsksForIt() {
        receive(invite());
        receive(invite().replaceFirst("(Via: [^\r]*)", "$1;alias").replace("z9hG4bK776asdhds", "z9hG4bKalias1"));
        receive(invite().replaceFirst(
                        "Via: SIP/2.0/UDP [^;]*([^\r]*)", "Via: SIP/2.0/UDP pc33.example.com:5071$1;ALIAS")
                .replace("z9hG4bK776asdhds", "z9hG4bKalias2"));

        assertEquals(List.of(5060, 5071), egress.reusedPorts);
    }

    @Test
    void shouldHandAllRequestsOfACallToOneOwner() {
        receive(invite());
        receive(request("BYE", "z9hG4bKother", 2, "sip:bob@example.com", ";tag=314159", ""));
        receive(request("CANCEL", "z9hG4bK776asdhds", 1, "sip:bob@example.com", "", ""));

        assertEquals(3, link.offers.size());
        assertEquals(
                1, link.offers.stream().map(o -> o.frame().slot()).distinct().count());
    }

    @ParameterizedTest
    @ValueSource(strings = {"route", "route-line", "uri", "uri-upper", "tag"})
    void shouldFollowTheTokenWhereverItStands(final String place) {
        final int slot = 201;
        receive(
                switch (place) {
                    case "route" ->
                        request(
                                "BYE",
                                "z9hG4bKx",
                                2,
                                "sip:bob@example.com",
                                ";tag=9",
                                "Route: <sip:edge;lr;dt=" + token(slot) + ">\r\n");
                    case "route-line" ->
                        request(
                                "BYE",
                                "z9hG4bKx",
                                2,
                                "sip:bob@example.com;dt=" + token(7),
                                ";tag=9",
                                "Route: \"<;dt=>\" <sip:edge;dt=" + token(slot) + ";lr>, <sip:other;dt=" + token(8)
                                        + ">\r\n");
                    case "uri" -> request("BYE", "z9hG4bKx", 2, "sip:bob@example.com;dt=" + token(slot), ";tag=9", "");
                    case "uri-upper" ->
                        request(
                                "BYE",
                                "z9hG4bKx",
                                2,
                                "sip:bob@example.com;DT=" + token(slot).toUpperCase(Locale.ROOT) + ";x=y",
                                ";tag=9",
                                "");
                    default -> request("BYE", "z9hG4bKx", 2, "sip:bob@example.com", ";tag=" + token(slot) + "-77", "");
                });

        if (place.equals("route-line")) {
            // A bracket inside a display name hides the first Route; the Request-URI's token leads on.
            assertEquals(7, link.lastOffer().frame().slot());
        } else {
            assertEquals(slot, link.lastOffer().frame().slot());
        }
        assertEquals(1, count(EdgeCounter.ROUTED_BY_TOKEN));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Replaces", "Join"})
    void shouldRouteAnInviteToTheSlotOfTheCallThatItNames(final String header) {
        final int slot = 201;

        receive(request(
                "INVITE",
                "z9hG4bKx",
                1,
                "sip:bob@example.com",
                "",
                header + ": other@example.com;from-tag=77;to-tag=" + token(slot) + "abc\r\n"));

        assertEquals(slot, link.lastOffer().frame().slot());
        assertEquals(1, count(EdgeCounter.ROUTED_BY_TOKEN));
        receive(request("CANCEL", "z9hG4bKx", 1, "sip:bob@example.com", "", ""));
        assertEquals(slot, link.lastOffer().frame().slot());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Replaces: other@example.com;from-tag=77;to-tag=foreign", "Replaces: other@example.com"})
    void shouldRouteAnInviteThatNamesNoCallOfOursByTheRuleOfTheService(final String line) {
        receive(request("INVITE", "z9hG4bKx", 1, "sip:bob@example.com", "", line + "\r\n"));

        assertEquals(
                slotHash.slotOf(CALL_ID.getBytes(StandardCharsets.US_ASCII)),
                link.lastOffer().frame().slot());
    }

    @Test
    void shouldIgnoreAForgedTokenAndCountIt() {
        final String forged = token(9).substring(0, 15) + (token(9).endsWith("a") ? "b" : "a");

        receive(request("BYE", "z9hG4bKx", 2, "sip:bob@example.com;dt=" + forged, ";tag=9", ""));

        assertEquals(
                slotHash.slotOf(CALL_ID.getBytes(StandardCharsets.US_ASCII)),
                link.lastOffer().frame().slot());
        assertEquals(1, count(EdgeCounter.TOKENS_FORGED));
        assertEquals(0, count(EdgeCounter.ROUTED_BY_TOKEN));
    }

    @ParameterizedTest
    @ValueSource(strings = {"from-user", "to-user", "request-uri-user", "header:X-Key", "header:p-missing"})
    void shouldRouteByTheRuleOfTheService(final String rule) {
        edge = new Edge(refusingAtOnce(AffinityRule.parse(rule)), KEY, 0, slots, () -> WALL_NS, 1);
        router = edge.router(0, egress, link, nowNs);

        receive(request("INVITE", "z9hG4bKx", 1, "sip:carol@example.com", "", "X-Key: the key\r\n"));

        final String key = switch (rule) {
            case "from-user" -> "alice";
            case "to-user" -> "bob";
            case "request-uri-user" -> "carol";
            case "header:X-Key" -> "the key";
            default -> CALL_ID;
        };
        assertEquals(
                slotHash.slotOf(key.getBytes(StandardCharsets.US_ASCII)),
                link.lastOffer().frame().slot());
    }

    @Test
    void shouldLetACancelWithoutTheRulesHeaderFollowItsInvite() {
        edge = new Edge(refusingAtOnce(AffinityRule.parse("header:X-Key")), KEY, 0, slots, () -> WALL_NS, 1);
        router = edge.router(0, egress, link, nowNs);
        receive(request("INVITE", "z9hG4bKx", 1, "sip:bob@example.com", "", "X-Key: the key\r\n"));

        receive(request("CANCEL", "z9hG4bKx", 1, "sip:bob@example.com", "", ""));

        assertEquals(
                link.offers.get(0).frame().slot(), link.offers.get(1).frame().slot());
        assertEquals(1, count(EdgeCounter.ROUTED_BY_MEMORY));
    }

    @Test
    void shouldFollowANewOwnerWithItsEpoch() {
        receive(invite());
        final int slot = link.lastOffer().frame().slot();
        final int next = 1 + slots.table().ownerOf(slot) % NODES;

        slots.publish(slots.table().withOwner(slot, next, 5));
        receive(request("BYE", "z9hG4bKother", 2, "sip:bob@example.com", ";tag=9", ""));

        assertEquals(next, link.lastOffer().member());
        assertEquals(5, link.lastOffer().frame().epoch());
    }

    // What the edge writes

    @Test
    void shouldNoteInTheViaWhereTheRequestCameFrom() {
        receive(invite());

        assertTrue(
                link.lastOffer()
                        .message()
                        .startsWith(
                                "INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP pc33.example.com;branch=z9hG4bK776asdhds;received=192.0.2.1\r\n"),
                link.lastOffer().message());
        assertTrue(
                link.lastOffer().message().endsWith("\r\n\r\nv=0\r\n"),
                link.lastOffer().message());
    }

    @Test
    void shouldGiveReceivedAndPortToAClientThatAsksForRport() {
        receive(invite().replace("pc33.example.com;branch", "192.0.2.1:5060;rport;branch"));

        final String message = link.lastOffer().message();
        assertTrue(message.contains(";rport=40000;branch=z9hG4bK776asdhds;received=192.0.2.1\r\n"), message);
    }

    @Test
    void shouldLeaveARequestAloneWhoseViaTellsTheTruth() {
        final String invite = invite().replace("pc33.example.com;branch", "192.0.2.1:5060;branch");
        receive(invite);

        assertEquals(invite, link.lastOffer().message());
    }

    @Test
    void shouldReplaceAReceivedThatTheClientMadeUp() {
        receive(invite().replace("pc33.example.com;branch", "192.0.2.1:5060;received=198.51.100.9;branch"));

        assertTrue(
                link.lastOffer().message().contains(";received=192.0.2.1;branch"),
                link.lastOffer().message());
    }

    @Test
    void shouldLeaveOutLineEndsBeforeAndBytesAfterTheMessage() {
        receive("\r\n\r\n" + invite() + "trailing");

        assertTrue(link.lastOffer().message().startsWith("INVITE "));
        assertTrue(link.lastOffer().message().endsWith("v=0\r\n"));
    }

    // Refusals

    @Test
    void shouldRefuseWith503WhenTheOwnerIsUnreachable() {
        silenceAll();

        receive(invite());

        assertTrue(link.offers.isEmpty());
        final CapturingEgress.Sent sent = lastSent();
        assertTrue(
                sent.text()
                        .startsWith(
                                "SIP/2.0 503 Service Unavailable\r\nVia: SIP/2.0/UDP pc33.example.com;branch=z9hG4bK776asdhds;received=192.0.2.1\r\n"),
                sent.text());
        assertTrue(sent.text().contains("Retry-After: 5\r\n"), sent.text());
        assertTrue(sent.text().contains("CSeq: 1 INVITE\r\n"), sent.text());
        assertEquals("192.0.2.1 5060", peer(sent));
        assertEquals(1, count(EdgeCounter.REFUSED_OWNER_UNREACHABLE));
    }

    @Test
    void shouldAnswerTheSourcePortWhenTheClientAskedForIt() {
        silenceAll();

        receive(invite().replace("pc33.example.com;branch", "10.0.0.1:5099;rport;branch"));

        assertEquals("192.0.2.1 40000", peer(lastSent()));
        assertTrue(
                lastSent().text().contains("10.0.0.1:5099;rport=40000;"),
                lastSent().text());
    }

    @Test
    void shouldNotFollowMaddrInItsOwnAnswers() {
        silenceAll();

        receive(invite().replace("pc33.example.com;branch", "pc33.example.com:5080;maddr=203.0.113.5;branch"));

        assertEquals("192.0.2.1 5080", peer(lastSent()));
    }

    @Test
    void shouldRefuseWith503WhenNobodyOwnsTheSlot() {
        final SlotTableHolder none = new SlotTableHolder(SlotTable.roundRobin(SLOTS));
        edge = new Edge(refusingAtOnce(AffinityRule.CALL_ID), KEY, 0, none, () -> WALL_NS, 1);
        router = edge.router(0, egress, link, nowNs);

        receive(invite());

        assertTrue(lastSent().text().startsWith("SIP/2.0 503 "));
        assertEquals(1, count(EdgeCounter.REFUSED_NO_OWNER));
    }

    @Test
    void shouldRefuseWith503WhenTheTableNamesAMemberWeNeverTalkWith() {
        final SlotTableHolder wrong = new SlotTableHolder(SlotTable.roundRobin(SLOTS, 0, 99));
        edge = new Edge(refusingAtOnce(AffinityRule.CALL_ID), KEY, 0, wrong, () -> WALL_NS, 1);
        router = edge.router(0, egress, link, nowNs);

        receive(invite());

        assertTrue(lastSent().text().startsWith("SIP/2.0 503 "));
        assertEquals(1, count(EdgeCounter.REFUSED_OWNER_UNREACHABLE));
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                LinkPublication.BACK_PRESSURED,
                LinkPublication.ADMIN_ACTION,
                LinkPublication.NOT_CONNECTED,
                LinkPublication.CLOSED
            })
    void shouldRefuseWith503WhateverTheLinkRefusesWith(final long result) {
        link.result = result;

        receive(invite());

        assertTrue(lastSent().text().startsWith("SIP/2.0 503 "));
        assertTrue(
                lastSent().text().contains(";received=192.0.2.1\r\n"),
                lastSent().text());
        final boolean pressure = result == LinkPublication.BACK_PRESSURED || result == LinkPublication.ADMIN_ACTION;
        assertEquals(pressure ? 1 : 0, count(EdgeCounter.REFUSED_BACK_PRESSURE));
        assertEquals(pressure ? 0 : 1, count(EdgeCounter.REFUSED_OWNER_UNREACHABLE));
    }

    @Test
    void shouldRefuseWith513WhatTheLinkCannotCarry() {
        link.result = LinkPublication.TOO_LONG;

        receive(invite());

        assertTrue(lastSent().text().startsWith("SIP/2.0 513 "));
        assertFalse(lastSent().text().contains("Retry-After"));
    }

    @Test
    void shouldRefuseARetransmissionOfARefusedRequestWithTheSameTag() {
        link.result = LinkPublication.BACK_PRESSURED;
        receive(invite());

        link.result = 1;
        receive(invite());

        assertTrue(link.offers.isEmpty());
        assertEquals(2, egress.sent.size());
        assertEquals(egress.sent.get(0).text(), egress.sent.get(1).text());
        assertEquals(1, count(EdgeCounter.REFUSED_AGAIN));
    }

    @Test
    void shouldTakeANewRequestOfTheCallAfterARefusal() {
        link.result = LinkPublication.BACK_PRESSURED;
        receive(invite());

        link.result = 1;
        receive(invite().replace("CSeq: 1", "CSeq: 2").replace("776asdhds", "776asdhdt"));

        assertEquals(1, link.offers.size());
    }

    @Test
    void shouldNotRefuseForBackPressureWhatWasHandedOverOnce() {
        receive(invite());

        link.result = LinkPublication.BACK_PRESSURED;
        receive(invite());
        receive(request("CANCEL", "z9hG4bK776asdhds", 1, "sip:bob@example.com", "", ""));

        assertTrue(egress.sent.isEmpty());
        assertEquals(2, count(EdgeCounter.DROPPED_RETRANSMISSION));
    }

    @Test
    void shouldForgetATransactionAfterItsLife() {
        receive(invite());
        nowNs += 33_000 * MS;
        link.result = LinkPublication.BACK_PRESSURED;

        receive(invite());

        assertEquals(1, count(EdgeCounter.REFUSED_BACK_PRESSURE));
    }

    @Test
    void shouldAbsorbTheAckForItsRefusalAndNoOther() {
        silenceAll();
        receive(invite());
        final String answer = lastSent().text();
        final int tag = answer.indexOf(";tag=", answer.indexOf("\r\nTo:"));
        final String toTag = answer.substring(tag, answer.indexOf("\r\n", tag));

        receive(request("ACK", "z9hG4bK776asdhds", 1, "sip:bob@example.com", toTag, ""));
        assertEquals(1, count(EdgeCounter.ABSORBED_ACK));

        // Known by its tag too, for the edge that sees it may not be the one that refused.
        edge = new Edge(refusingAtOnce(AffinityRule.CALL_ID), KEY, 0, slots, () -> WALL_NS, 1);
        router = edge.router(0, egress, link, nowNs);
        receive(request("ACK", "z9hG4bK776asdhds", 1, "sip:bob@example.com", toTag, ""));
        assertEquals(1, count(EdgeCounter.ABSORBED_ACK));

        receive(request("ACK", "z9hG4bKanother", 1, "sip:bob@example.com", ";tag=9", ""));
        assertEquals(1, count(EdgeCounter.DROPPED_ACK));
        assertEquals(1, egress.sent.size());
    }

    @Test
    void shouldRefuseNoMoreThanItsLimitInASecond() {
        edge = new Edge(
                new EdgeConfig(
                        AffinityRule.CALL_ID,
                        SipLimits.defaults(),
                        4_000,
                        5,
                        10,
                        64,
                        1 << 10,
                        RedriveConfig.defaults().withHoldMs(0)),
                KEY,
                0,
                slots,
                () -> WALL_NS,
                1);
        router = edge.router(0, egress, link, nowNs);
        silenceAll();
        for (int i = 0; i < 25; i++) {
            receive(invite().replace("776asdhds", "776asdhd" + i));
        }
        assertEquals(10, egress.sent.size());
        assertEquals(15, count(EdgeCounter.DROPPED_REFUSAL_LIMIT));

        nowNs += 1_001 * MS;
        receive(invite());
        assertEquals(11, egress.sent.size());
    }

    @Test
    void shouldAnswerMalformedRequestsInTheProtocolsWords() {
        receive(invite().replace("SIP/2.0\r\nVia", "SIP/7.0\r\nVia"));
        assertTrue(lastSent().text().startsWith("SIP/2.0 505 "), lastSent().text());

        receive(invite().replace("CSeq: 1 INVITE", "CSeq: 1 BYE"));
        assertTrue(lastSent().text().startsWith("SIP/2.0 400 "), lastSent().text());

        receive(invite().replace("Call-ID: " + CALL_ID + "\r\n", ""));
        assertTrue(
                lastSent().text().startsWith("SIP/2.0 400 Missing Call-ID"),
                lastSent().text());

        assertEquals(3, count(EdgeCounter.REFUSED_MALFORMED));
        assertTrue(link.offers.isEmpty());
    }

    @Test
    void shouldAnswerNoMalformedAckNorGarbageNorResponse() {
        receive("GET / HTTP/1.1\r\n\r\n");
        receive("\u0001\u0002\u0003");
        receive(invite().replace("INVITE", "ACK").replace("CSeq: 1 ACK", "CSeq: x ACK"));
        receive("SIP/2.0 2000 OK\r\n\r\n");
        receive(
                "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKabc\r\nCall-ID: x\r\nContent-Length: 0\r\n\r\n");
        receive("SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n");

        assertTrue(egress.sent.isEmpty());
        assertTrue(link.offers.isEmpty());
        assertEquals(2, count(EdgeCounter.DROPPED_STRAY_RESPONSE));
    }

    @Test
    void shouldSurviveWhateverBytesCome() {
        final Random random = new Random(7);
        final byte[] invite = invite().getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < 20_000; i++) {
            final byte[] bytes = invite.clone();
            for (int flips = random.nextInt(6); flips >= 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            buffer.putBytes(SipIngress.HEADROOM_BYTES, bytes);
            final int length = random.nextBoolean() ? bytes.length : random.nextInt(bytes.length);
            router.onMessage(buffer, SipIngress.HEADROOM_BYTES, length, from, nowNs);
            egress.sent.clear();
            link.offers.clear();
            nowNs += MS;
        }
        assertTrue(count(EdgeCounter.REQUESTS_RECEIVED) > 100);
    }

    // Responses to requests of nodes

    @Test
    void shouldHandAResponseToTheOwnerOfTheSlotThatItsViaNames() {
        final String response = "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK" + token(99)
                + "0001\r\nCall-ID: whatever\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n";

        receive(response);

        assertEquals(99, link.lastOffer().frame().slot());
        assertEquals(slots.table().ownerOf(99), link.lastOffer().member());
        assertEquals(response, link.lastOffer().message());
        assertEquals(1, count(EdgeCounter.RESPONSES_FORWARDED));

        silenceAll();
        receive(response);
        assertEquals(1, count(EdgeCounter.DROPPED_RESPONSE));
        assertTrue(egress.sent.isEmpty());
    }

    // Frames of nodes

    @Test
    void shouldSendAFrameByTheFlowItNames() {
        nodeSends(0, 1, 1, 0, 5_060);

        nowNs += 3 * MS;
        router.doWork(nowNs);

        assertEquals("SIP/2.0 200 OK\r\n\r\n", lastSent().text());
        assertEquals("198.51.100.7 5060", peer(lastSent()));
        assertEquals(1, count(EdgeCounter.MESSAGES_SENT));
        assertEquals(1, edge.status().answer().count());
        final long answerNs = edge.status().answer().sumNs();
        assertEquals(3 * MS, answerNs);
    }

    @Test
    void shouldFenceAnOwnerOfThePastAndWhoNeverWasOne() {
        slots.publish(slots.table().withOwner(0, 2, 4));
        nodeSends(0, 1, 1, 0, 5_060);
        nodeSends(0, 4, 1, 0, 5_060);
        router.doWork(nowNs);
        assertTrue(egress.sent.isEmpty());
        assertEquals(1, count(EdgeCounter.FRAMES_OLD_EPOCH));
        assertEquals(1, count(EdgeCounter.FRAMES_NOT_OWNER));

        // The owner of today, and the owner of an epoch that has not come to us yet.
        nodeSends(0, 4, 2, 0, 5_060);
        nodeSends(0, 5, 3, 0, 5_060);
        router.doWork(nowNs);
        assertEquals(2, egress.sent.size());
    }

    @Test
    void shouldDropFramesThatNameNoFlowOfOursOrAreNotForAnEdge() {
        nodeSends(0, 1, 1, 1, 5_060);
        nodeSends(SLOTS, 1, 1, 0, 5_060);
        nodeSends(-1, 1, 1, 0, 5_060);
        router.doWork(nowNs);
        assertEquals(3, count(EdgeCounter.FRAMES_BAD_FLOW));

        frame.wrapNew(header, 0, LinkFrame.TYPE_SIP_TO_WORKER).epoch(1).member(1);
        link.send(frame, header, "SIP/2.0 200 OK\r\n\r\n");
        frame.wrapNew(header, 0, LinkFrame.TYPE_SIP_TO_EDGE).epoch(1).member(1);
        link.send(frame, header, "");
        router.doWork(nowNs);
        assertEquals(2, count(EdgeCounter.FRAMES_UNKNOWN));
        assertTrue(egress.sent.isEmpty());

        egress.refusing = true;
        nodeSends(0, 1, 1, 0, 5_060);
        router.doWork(nowNs);
        assertEquals(1, count(EdgeCounter.DROPPED_BY_EGRESS));
    }

    @Test
    void shouldSendNoMoreThanItsBoundInATurn() {
        for (int i = 0; i < 100; i++) {
            nodeSends(0, 1, 1, 0, 5_060);
        }

        assertEquals(64, router.doWork(nowNs));
        assertEquals(36, router.doWork(nowNs));
        assertEquals(77, router.nextDeadlineNs());
    }

    // What could not be sent

    private String invitesOfNode(final String method, final int slot) {
        return request(method, "z9hG4bK" + token(slot) + "7", 2, "sip:b@198.51.100.7", "", "");
    }

    private void unsent(final String message, final int transport) {
        final byte[] bytes = message.getBytes(StandardCharsets.US_ASCII);
        buffer.putBytes(0, bytes);
        final SipFlow to = new SipFlow().set(0, transport, 0, 0, 0).remoteIpv4(0xC6336407, 5_070);
        router.onUnsent(buffer, 0, bytes.length, to, nowNs);
    }

    @Test
    void shouldTellTheOwnerOfARequestThatItWasNotSent() {
        final String invite = invitesOfNode("INVITE", 4);

        unsent(invite, ViaTransport.TCP.code());

        final ScriptedLink.Offer told = link.lastOffer();
        assertEquals(LinkFrame.TYPE_SIP_UNSENT, told.frame().type());
        assertEquals(slots.table().ownerOf(4), told.member());
        assertEquals(4, told.frame().slot());
        assertEquals(slots.table().epochOf(4), told.frame().epoch());
        assertEquals(ViaTransport.TCP.code(), told.frame().transport());
        assertEquals(0xFFFF_C633_6407L, told.frame().remoteLow());
        assertEquals(5_070, told.frame().remotePort());
        assertEquals(invite, told.message());
        assertEquals(1, count(EdgeCounter.UNSENT_TOLD));
    }

    @Test
    void shouldTellNobodyOfAnswersAcksAndRequestsThatAreNotOurs() {
        unsent("SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK" + token(9) + "1\r\n\r\n", 1);
        unsent(invitesOfNode("ACK", 4), 1);
        unsent(request("BYE", "z9hG4bKnone", 2, "sip:b@198.51.100.7", "", ""), 1);
        unsent("\r\n\r\n", 1);

        assertTrue(link.takeOffers().isEmpty());
        assertEquals(0, count(EdgeCounter.UNSENT_TOLD) + count(EdgeCounter.UNSENT_NOT_TOLD));
    }

    @Test
    void shouldCountWhatItCannotTell() {
        link.result = LinkPublication.BACK_PRESSURED;
        unsent(invitesOfNode("INVITE", 4), 1);
        silenceAll();
        unsent(invitesOfNode("INVITE", 4), 1);

        assertEquals(2, count(EdgeCounter.UNSENT_NOT_TOLD));
    }

    @Test
    void shouldTellTheOwnerAtOnceWhatTheTransportDoesNotTake() {
        egress.refusing = true;
        frame.wrapNew(header, 0, LinkFrame.TYPE_SIP_TO_EDGE)
                .slot(4)
                .epoch(1)
                .member(slots.table().ownerOf(4))
                .remotePort(5_060)
                .remoteLow(0xFFFF_C633_6407L);
        link.send(frame, header, invitesOfNode("INVITE", 4));
        router.doWork(nowNs);

        assertEquals(LinkFrame.TYPE_SIP_UNSENT, link.lastOffer().frame().type());
        assertEquals(1, count(EdgeCounter.DROPPED_BY_EGRESS));
        assertEquals(1, count(EdgeCounter.UNSENT_TOLD));
    }

    // Who has registered by a connection

    private final SipFlow phone =
            new SipFlow().set(0, ViaTransport.TCP.code(), 0, 0, 0).remoteIpv4(0xC6336407, 40_001);
    private final CapturingEgress streams = new CapturingEgress(new SipListener(
            0,
            ViaTransport.TCP.code(),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 5060),
            "127.0.0.1",
            5060));

    private void listenByTcp() {
        router = edge.router(0, streams, link, nowNs);
        router.doWork(nowNs);
    }

    private LinkFrame toPhone(final int port, final long registration) {
        return frame.wrapNew(header, 0, LinkFrame.TYPE_SIP_TO_EDGE)
                .slot(0)
                .epoch(1)
                .member(slots.table().ownerOf(0))
                .transport(ViaTransport.TCP.code())
                .remotePort(port)
                .remoteLow(0xFFFF_C633_6407L)
                .registration(registration);
    }

    private void nodeAccepts(final int port, final long registration) {
        link.send(toPhone(port, registration).naming(true), header, "SIP/2.0 200 OK\r\n\r\n");
        router.doWork(nowNs);
    }

    private void fromPhone(final SipFlow by) {
        final byte[] bytes = invite().getBytes(StandardCharsets.US_ASCII);
        buffer.putBytes(SipIngress.HEADROOM_BYTES, bytes);
        router.onMessage(buffer, SipIngress.HEADROOM_BYTES, bytes.length, by, nowNs);
    }

    @Test
    void shouldTellWithEachMessageWhoHasRegisteredByItsConnection() {
        listenByTcp();
        nodeAccepts(40_001, 77);

        fromPhone(phone);
        assertEquals(77, link.lastOffer().frame().registration());

        router.onDisconnected(phone, nowNs);
        link.takeOffers();
        fromPhone(phone);
        assertTrue(link.takeOffers().stream().allMatch(offer -> offer.frame().registration() == 0));
    }

    @Test
    void shouldBringARequestToTheConnectionThatItsPeerHasNow() {
        listenByTcp();
        nodeAccepts(40_001, 77);
        nodeAccepts(40_002, 77);
        router.onDisconnected(phone, nowNs);
        streams.sent.clear();
        streams.connected = false;

        link.send(toPhone(40_001, 77), header, invitesOfNode("BYE", 0));
        router.doWork(nowNs);

        assertEquals(40_002, streams.only().to().getPort());
        assertEquals(1, count(EdgeCounter.PEERS_FOUND));
    }

    @Test
    void shouldTellTheOwnerWhenAPeerHasLeftInsteadOfConnectingToNobody() {
        listenByTcp();
        streams.connected = false;

        link.send(toPhone(40_001, 77), header, invitesOfNode("BYE", 0));
        router.doWork(nowNs);

        streams.nothing();
        assertEquals(LinkFrame.TYPE_SIP_UNSENT, link.lastOffer().frame().type());
    }

    @Test
    void shouldNotTakeAStrangerWithTheAddressOfAnEndedConnectionForThePeer() {
        listenByTcp();
        nodeAccepts(40_001, 77);
        router.onDisconnected(phone, nowNs);
        nodeAccepts(40_001, 78);
        streams.sent.clear();

        link.send(toPhone(40_001, 77), header, invitesOfNode("BYE", 0));
        router.doWork(nowNs);

        streams.nothing();
        assertEquals(LinkFrame.TYPE_SIP_UNSENT, link.lastOffer().frame().type());
    }

    @Test
    void shouldFindAPeerThatWasAtAListenerThatThisEdgeHasNot() {
        listenByTcp();
        nodeAccepts(40_001, 77);
        streams.sent.clear();

        link.send(
                toPhone(0, 77).listener(5).transport(ViaTransport.WSS.code()).sought(true),
                header,
                invitesOfNode("BYE", 0));
        router.doWork(nowNs);

        assertEquals(40_001, streams.only().to().getPort());
        assertEquals(0, count(EdgeCounter.FRAMES_BAD_FLOW));
    }

    @Test
    void shouldNameNoConnectionThatHasEndedBeforeTheAnswerToItsRegister() {
        listenByTcp();
        streams.connected = false;
        nodeAccepts(40_001, 77);
        streams.sent.clear();

        link.send(toPhone(0, 77).sought(true), header, invitesOfNode("BYE", 0));
        router.doWork(nowNs);

        streams.nothing();
    }

    @Test
    void shouldBringWhatIsSoughtToNobodyButWhoHasRegisteredByAnotherConnection() {
        listenByTcp();
        nodeAccepts(40_001, 77);
        streams.sent.clear();

        link.send(toPhone(40_001, 77).sought(true), header, invitesOfNode("BYE", 0)); // by that one it was sent already
        link.send(toPhone(0, 78).sought(true), header, invitesOfNode("BYE", 0));
        router.doWork(nowNs);
        streams.nothing();

        link.send(toPhone(0, 77).sought(true), header, invitesOfNode("BYE", 0));
        router.doWork(nowNs);
        assertEquals(40_001, streams.only().to().getPort());
    }

    @Test
    void shouldNotBringASipsRequestToAConnectionWithoutTls() {
        listenByTcp();
        nodeAccepts(40_001, 77);
        streams.sent.clear();
        final String bye = invitesOfNode("BYE", 0).replaceFirst("BYE sip:", "BYE sips:");

        link.send(toPhone(0, 77).transport(ViaTransport.TLS.code()).listener(5).sought(true), header, bye);
        router.doWork(nowNs);

        assertTrue(bye.startsWith("BYE sips:"), bye);
        streams.nothing();
    }

    // Garbage

    @ParameterizedTest
    @ValueSource(strings = {"call-id", "from-user", "header:x-key"})
    void shouldNotAllocateWhenRouting(final String rule) {
        edge = new Edge(refusingAtOnce(AffinityRule.parse(rule)), KEY, 0, slots, () -> WALL_NS, 1);
        router = edge.router(0, egress, link, nowNs);
        egress.capturing = false;
        link.keeping = false;
        final byte[][] messages = {
            invite().replace("pc33.example.com;branch", "192.0.2.1;rport;branch")
                    .getBytes(StandardCharsets.US_ASCII),
            request("BYE", "z9hG4bKx", 2, "sip:b@h;dt=" + token(3), ";tag=9", "X-Key: z\r\n")
                    .getBytes(StandardCharsets.US_ASCII),
            request("ACK", "z9hG4bKy", 2, "sip:b@h", ";tag=" + token(4) + "x", "Route: <sip:h;lr>\r\n")
                    .getBytes(StandardCharsets.US_ASCII),
            ("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK" + token(9) + "1\r\nContent-Length: 0\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII),
            invite().replace("CSeq: 1", "CSeq: 99999999999").getBytes(StandardCharsets.US_ASCII),
        };
        final int before = link.taken;
        assertEquals(0, allocated(messages));
        assertTrue(link.taken > before);
        assertTrue(egress.count > 0);

        silenceAll();
        assertEquals(0, allocated(messages));
    }

    private long allocated(final byte[][] messages) {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long best = Long.MAX_VALUE;
        for (int window = 0; window < 15; window++) {
            final long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 2_000; i++) {
                final byte[] bytes = messages[i % messages.length];
                buffer.putBytes(SipIngress.HEADROOM_BYTES, bytes);
                router.onMessage(buffer, SipIngress.HEADROOM_BYTES, bytes.length, from, nowNs);
                router.doWork(nowNs);
                nowNs += MS;
            }
            best = Math.min(best, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return best;
    }

    // Words

    /** Without holding: what waits is EdgeRedriveTest's matter. */
    private static EdgeConfig refusingAtOnce(final AffinityRule rule) {
        return EdgeConfig.defaults(rule).withRedrive(RedriveConfig.defaults().withHoldMs(0));
    }

    private void receive(final String message) {
        final byte[] bytes = message.getBytes(StandardCharsets.ISO_8859_1);
        buffer.putBytes(SipIngress.HEADROOM_BYTES, bytes);
        router.doWork(nowNs);
        router.onMessage(buffer, SipIngress.HEADROOM_BYTES, bytes.length, from, nowNs);
    }

    private void nodeSends(final int slot, final long epoch, final int member, final int listener, final int port) {
        frame.wrapNew(header, 0, LinkFrame.TYPE_SIP_TO_EDGE)
                .slot(slot)
                .epoch(epoch)
                .member(member)
                .listener(listener)
                .arrivalNs(WALL_NS + nowNs)
                .remotePort(port)
                .remoteLow(0xFFFF_C633_6407L);
        link.send(frame, header, "SIP/2.0 200 OK\r\n\r\n");
    }

    private CapturingEgress.Sent lastSent() {
        return egress.sent.getLast();
    }

    private static String peer(final CapturingEgress.Sent sent) {
        return sent.to().getAddress().getHostAddress() + " " + sent.to().getPort();
    }

    private void silenceAll() {
        Arrays.fill(link.unreachable, true);
    }

    private long count(final EdgeCounter counter) {
        return edge.status().counter(counter);
    }

    private String token(final int slot) {
        final UnsafeBuffer text = new UnsafeBuffer(new byte[SlotToken.LENGTH]);
        token.write(slot, text, 0);
        return text.getStringWithoutLengthAscii(0, SlotToken.LENGTH);
    }

    private static String invite() {
        return "INVITE sip:bob@example.com SIP/2.0\r\n"
                + "Via: SIP/2.0/UDP pc33.example.com;branch=z9hG4bK776asdhds\r\n"
                + "Max-Forwards: 70\r\n"
                + "To: Bob <sip:bob@example.com>\r\n"
                + "From: Alice <sip:alice@example.com>;tag=1928301774\r\n"
                + "Call-ID: " + CALL_ID + "\r\n"
                + "CSeq: 1 INVITE\r\n"
                + "Contact: <sip:alice@pc33.example.com>\r\n"
                + "Content-Type: application/sdp\r\n"
                + "Content-Length: 5\r\n"
                + "\r\n"
                + "v=0\r\n";
    }

    private static String request(
            final String method,
            final String branch,
            final int cseq,
            final String uri,
            final String toTag,
            final String more) {
        return method + " " + uri + " SIP/2.0\r\n"
                + "Via: SIP/2.0/UDP pc33.example.com;branch=" + branch + "\r\n"
                + more
                + "Max-Forwards: 70\r\n"
                + "To: Bob <sip:bob@example.com>" + toTag + "\r\n"
                + "From: Alice <sip:alice@example.com>;tag=1928301774\r\n"
                + "Call-ID: " + CALL_ID + "\r\n"
                + "CSeq: " + cseq + " " + method + "\r\n"
                + "Content-Length: 0\r\n"
                + "\r\n";
    }
}
