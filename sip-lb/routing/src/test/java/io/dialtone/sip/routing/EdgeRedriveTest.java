package io.dialtone.sip.routing;

import static io.dialtone.sip.routing.EdgeHarness.MS;
import static io.dialtone.sip.routing.EdgeHarness.names;
import static io.dialtone.sip.routing.EdgeHarness.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.dialtone.api.AffinityRule;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.api.link.LinkPublication;
import io.dialtone.placement.table.SlotTable;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an edge does with requests whose owner dies, falls silent, changes, or is not there. */
class EdgeRedriveTest {
    private static final int SLOT = 5;
    private static final int OTHER_SLOT = 6;

    private EdgeHarness edge = EdgeHarness.ofDefaults();
    private final String call = edge.callIn(SLOT, "call");
    private final String otherCall = edge.callIn(OTHER_SLOT, "other");

    // Re-drive

    @Test
    void shouldRedriveTheUnansweredRequestsOfASlotInTheirOrderWhenItsOwnerChanges() {
        final String second = edge.callIn(SLOT, "second");
        edge.receive(request("INVITE", call, 1));
        edge.receive(request("OPTIONS", otherCall, 1));
        edge.nowNs += MS;
        edge.receive(request("INVITE", second, 1));
        edge.receive(request("INFO", second, 2));
        final List<ScriptedLink.Offer> first = edge.link.takeOffers();

        final int next = edge.give(SLOT, 1 + edge.ownerOf(SLOT) % EdgeHarness.NODES);
        edge.after(1);

        final List<ScriptedLink.Offer> again = edge.link.takeOffers();
        assertEquals(List.of("INVITE " + call, "INVITE " + second, "INFO " + second), names(again));
        for (final ScriptedLink.Offer offer : again) {
            assertEquals(next, offer.member());
            assertEquals(2, offer.frame().epoch());
            assertTrue(offer.frame().isRedriven());
        }
        assertFalse(first.getFirst().frame().isRedriven());
        assertEquals(
                first.getFirst().frame().request(), again.getFirst().frame().request());
        assertEquals(
                first.getFirst().frame().arrivalNs(), again.getFirst().frame().arrivalNs());
        assertEquals(
                first.getFirst().frame().deadlineNs(), again.getFirst().frame().deadlineNs());
        assertEquals(first.getFirst().message(), again.getFirst().message());
        assertEquals(40_000, again.getFirst().frame().remotePort());
        assertEquals(0xFFFF_C000_0201L, again.getFirst().frame().remoteLow());
        assertEquals(3, edge.count(EdgeCounter.REQUESTS_REDRIVEN));
        assertTrue(edge.egress.sent.isEmpty());
    }

    @Test
    void shouldRedriveWhatASilentOwnerWasGivenWhenItIsHeardAgain() {
        edge.receive(request("INVITE", call, 1));
        edge.link.takeOffers();

        edge.link.unreachable[edge.ownerOf(SLOT)] = true;
        edge.after(1);
        assertTrue(edge.link.offers.isEmpty());
        edge.link.unreachable[edge.ownerOf(SLOT)] = false;
        edge.after(1);

        assertEquals(List.of("INVITE " + call), names(edge.link.takeOffers()));
    }

    @Test
    void shouldKeepWhatCameByAConnectionUntilItsClientGivesUp() {
        edge.receive(request("BYE", call, 1));
        edge.receiveByStream(request("BYE", edge.callIn(SLOT, "stream"), 1));
        edge.receiveByStream(request("ACK", edge.callIn(SLOT, "ack"), 1));
        edge.receive(request("ACK", edge.callIn(SLOT, "datagram"), 1));
        edge.link.takeOffers();

        edge.after(3_900);
        edge.give(SLOT, 2);
        edge.after(1);
        assertEquals(
                List.of("BYE " + edge.callIn(SLOT, "stream"), "ACK " + edge.callIn(SLOT, "ack")),
                names(edge.link.takeOffers()));
        edge.run(1_000); // the repetitions that any change brings
        edge.link.takeOffers();
        edge.after(27_000);
        edge.give(SLOT, 1);
        edge.after(1);

        assertEquals(List.of("BYE " + edge.callIn(SLOT, "stream")), names(edge.link.takeOffers()));
        edge.after(100);
        assertEquals(0, edge.level(EdgeGauge.REQUESTS_UNANSWERED));
    }

    @Test
    void shouldRedriveOnlyOnceForAChange() {
        edge.receive(request("INVITE", call, 1));
        edge.give(SLOT, 2);
        edge.after(1);
        edge.link.takeOffers();

        edge.run(50);

        assertTrue(edge.link.offers.isEmpty());
    }

    @Test
    void shouldRedriveAgainWhatANewOwnerDidNotAnswerBecauseItKnewTooLate() {
        edge.receive(request("INVITE", call, 1));
        edge.give(SLOT, 2);
        edge.after(1);
        // Comes after the change, and may have met an owner that did not know either.
        edge.receive(request("OPTIONS", edge.callIn(SLOT, "late"), 1));
        edge.link.takeOffers();

        edge.run(120);
        final List<ScriptedLink.Offer> repeated = edge.link.takeOffers();
        assertEquals(2, repeated.size());
        edge.answer(repeated.getLast(), 200);
        edge.run(1_000);

        assertEquals(
                List.of("INVITE " + call, "INVITE " + call),
                names(edge.link.takeOffers()),
                "no more than three times, and none that is answered");
    }

    @Test
    void shouldNotRepeatWhatWasHandedOverAMomentAgo() {
        edge.give(SLOT, 2);
        edge.after(1);
        edge.receive(request("OPTIONS", edge.callIn(SLOT, "early"), 1));
        edge.nowNs += 90 * MS;
        edge.receive(request("INVITE", call, 1));
        edge.link.takeOffers();

        edge.run(15);

        assertEquals(1, edge.link.takeOffers().size(), "only what has waited long");
    }

    @Test
    void shouldHandOverNoMoreThanItsBoundInATurnAndLetSlotsTakeTurns() {
        edge = new EdgeHarness(new RedriveConfig(800, 2_000, 500, 32_000, 4_000, 1024, 1 << 20, 8_192, 4));
        for (int i = 0; i < 6; i++) {
            edge.receive(request("OPTIONS", edge.callIn(SLOT, "a" + i), 1));
            edge.receive(request("OPTIONS", edge.callIn(OTHER_SLOT, "b" + i), 1));
        }
        edge.link.takeOffers();
        edge.give(SLOT, 2);
        edge.give(OTHER_SLOT, 2);

        for (int turn = 0; turn < 3; turn++) {
            assertEquals(4, edge.turn());
            assertEquals(4, edge.link.takeOffers().size());
        }
        assertEquals(0, edge.turn());
    }

    @Test
    void shouldLetNoRequestOvertakeThoseThatWaitForTheirTurn() {
        edge = new EdgeHarness(new RedriveConfig(0, 2_000, 500, 32_000, 4_000, 1024, 1 << 20, 8_192, 1));
        edge.receive(request("INVITE", call, 1));
        edge.receive(request("OPTIONS", edge.callIn(SLOT, "second"), 1));
        edge.link.takeOffers();
        edge.give(SLOT, 2);
        edge.turn();
        assertEquals(1, edge.link.takeOffers().size());

        edge.receive(request("CANCEL", call, "z9hG4bK" + call + 1, 1, ""));
        assertTrue(edge.link.offers.isEmpty());
        edge.turn();
        edge.turn();

        assertEquals(
                List.of("OPTIONS " + edge.callIn(SLOT, "second"), "CANCEL " + call), names(edge.link.takeOffers()));
    }

    @Test
    void shouldWaitForASlowOwnerWithoutHoldingUpOthers() {
        edge.receive(request("INVITE", call, 1));
        edge.receive(request("INVITE", otherCall, 1));
        edge.link.takeOffers();
        edge.link.resultOf[1] = LinkPublication.BACK_PRESSURED;
        edge.give(SLOT, 1);
        edge.give(OTHER_SLOT, 2);

        edge.after(1);
        assertEquals(List.of("INVITE " + otherCall), names(edge.link.takeOffers()));

        edge.link.resultOf[1] = 0;
        edge.after(1);
        assertEquals(List.of("INVITE " + call), names(edge.link.takeOffers()));
    }

    // Answers

    @ParameterizedTest
    @ValueSource(ints = {100, 180, 200, 486})
    void shouldForgetARequestThatIsAnswered(final int status) {
        edge.receive(request("INVITE", call, 1));
        edge.answer(edge.link.lastOffer(), status);
        edge.link.takeOffers();

        edge.give(SLOT, 2);
        edge.after(1);

        assertTrue(edge.link.offers.isEmpty());
        assertEquals(1, edge.egress.sent.size());
        assertEquals(0, edge.level(EdgeGauge.REQUESTS_UNANSWERED));
        assertEquals(0, edge.level(EdgeGauge.UNANSWERED_BYTES));
    }

    @ParameterizedTest
    @ValueSource(strings = {"INVITE", "OPTIONS", "FROBNICATE"})
    void shouldKnowAnAnswerThatLacksTheNumberByItsHeaders(final String method) {
        edge.receive(request(method, call, 1));
        edge.receive(request("INFO", edge.callIn(SLOT, "bystander"), 1));
        final ScriptedLink.Offer offer = edge.link.takeOffers().getFirst();

        edge.answer(offer, 200, offer.member(), 1, 0);
        edge.give(SLOT, 2);
        edge.after(1);

        assertEquals(List.of("INFO " + edge.callIn(SLOT, "bystander")), names(edge.link.takeOffers()));
        assertEquals(1, edge.count(EdgeCounter.ANSWERS_READ));
    }

    @Test
    void shouldKnowAnAnswerToAClientWithoutMagicCookie() {
        edge.receive(request("OPTIONS", call, "1", 1, ""));
        final ScriptedLink.Offer offer = edge.link.lastOffer();

        edge.answer(offer, 200, offer.member(), 1, 0);

        assertEquals(0, edge.level(EdgeGauge.REQUESTS_UNANSWERED));
    }

    @Test
    void shouldNotTakeARequestOfANodeForAnAnswer() {
        edge.receive(request("INVITE", call, 1));
        final ScriptedLink.Offer offer = edge.link.lastOffer();
        final byte[] bytes = frameOf(
                offer,
                request("BYE", call, 9),
                LinkFrame.HEADER_BYTES,
                offer.frame().request());

        edge.link.send(bytes);
        edge.turn();

        assertEquals(1, edge.egress.sent.size());
        assertEquals(1, edge.level(EdgeGauge.REQUESTS_UNANSWERED));
    }

    @Test
    void shouldReadFramesOfTheFirstShapeWithoutNumber() {
        edge.receive(request("INVITE", call, 1));
        final ScriptedLink.Offer offer = edge.link.lastOffer();

        edge.link.send(frameOf(offer, EdgeHarness.response(offer.message(), 200), 64, 0));
        edge.turn();

        assertEquals(1, edge.egress.sent.size());
        assertEquals(0, edge.level(EdgeGauge.REQUESTS_UNANSWERED));
    }

    @Test
    void shouldDropTheAnswerOfAnOldEpochAndKeepItsRequest() {
        edge.receive(request("INVITE", call, 1));
        final ScriptedLink.Offer old = edge.link.takeOffers().getFirst();
        final int next = edge.give(SLOT, 1 + old.member() % EdgeHarness.NODES);

        edge.answer(old, 486);
        assertEquals(1, edge.count(EdgeCounter.FRAMES_OLD_EPOCH));
        assertTrue(edge.egress.sent.isEmpty());
        final ScriptedLink.Offer again = edge.link.takeOffers().getFirst();
        assertEquals(next, again.member());

        edge.answer(again, 200);
        assertEquals(1, edge.egress.sent.size());
        assertEquals(0, edge.level(EdgeGauge.REQUESTS_UNANSWERED));
    }

    @Test
    void shouldTakeTheAnswerOfAnEpochThatItHasNotHeardOf() {
        edge.receive(request("INVITE", call, 1));
        final ScriptedLink.Offer offer = edge.link.takeOffers().getFirst();

        edge.answer(
                offer,
                200,
                1 + offer.member() % EdgeHarness.NODES,
                7,
                offer.frame().request());

        assertEquals(1, edge.egress.sent.size());
        assertEquals(0, edge.level(EdgeGauge.REQUESTS_UNANSWERED));
    }

    @Test
    void shouldForgetAfterItsTimeWhatNobodyAnswered() {
        edge.receive(request("INVITE", call, 1));
        edge.link.takeOffers();

        edge.run(2_001);
        edge.give(SLOT, 2);
        edge.run(500);

        assertTrue(edge.link.offers.isEmpty());
        assertTrue(edge.egress.sent.isEmpty(), "who was given a request may still answer it");
        assertEquals(1, edge.count(EdgeCounter.FORGOTTEN_UNANSWERED));
    }

    // Hold

    @Test
    void shouldHoldTheRequestsOfASlotWithoutOwnerAndReleaseThemInTheirOrder() {
        edge.give(SLOT, SlotTable.NO_OWNER);
        final String second = edge.callIn(SLOT, "second");
        edge.receive(request("INVITE", call, 1));
        edge.receive(request("OPTIONS", otherCall, 1));
        edge.receive(request("INVITE", second, 1));
        assertEquals(List.of("OPTIONS " + otherCall), names(edge.link.takeOffers()));
        edge.run(700);
        assertEquals(2, edge.level(EdgeGauge.REQUESTS_WAITING));
        assertTrue(edge.egress.sent.isEmpty());

        edge.give(SLOT, 3);
        edge.turn();

        final List<ScriptedLink.Offer> released = edge.link.takeOffers();
        assertEquals(List.of("INVITE " + call, "INVITE " + second), names(released));
        assertEquals(3, released.getFirst().member());
        assertFalse(released.getFirst().frame().isRedriven());
        assertEquals(2, edge.count(EdgeCounter.REQUESTS_HELD));
        assertEquals(2, edge.count(EdgeCounter.REQUESTS_RELEASED));
        assertEquals(0, edge.level(EdgeGauge.REQUESTS_WAITING));

        edge.answer(released.getFirst(), 200);
        edge.run(2_500);
        assertEquals(1, edge.egress.sent.size());
    }

    @Test
    void shouldNoticeAnOwnersReturnHoweverShortItsSilenceWas() {
        edge.link.unreachable[edge.ownerOf(SLOT)] = true;
        edge.receive(request("INVITE", call, 1));
        assertTrue(edge.link.offers.isEmpty());

        // No turn has looked at the link in between.
        edge.link.unreachable[edge.ownerOf(SLOT)] = false;
        edge.after(1);

        assertEquals(List.of("INVITE " + call), names(edge.link.takeOffers()));
    }

    @ParameterizedTest
    @ValueSource(longs = {LinkPublication.NOT_CONNECTED, LinkPublication.CLOSED})
    void shouldHoldWhatALinkWithoutOtherEndDoesNotTake(final long result) {
        edge.link.result = result;
        edge.receive(request("INVITE", call, 1));
        edge.after(1);
        assertTrue(edge.egress.sent.isEmpty());

        edge.link.result = 1;
        edge.after(1);

        assertEquals(List.of("INVITE " + call), names(edge.link.takeOffers()));
    }

    @ParameterizedTest
    @ValueSource(longs = {LinkPublication.BACK_PRESSURED, LinkPublication.ADMIN_ACTION})
    void shouldHoldWhatBelongsToACallAndRefuseANewOneWhenTheOwnerIsSlow(final long result) {
        final String second = edge.callIn(SLOT, "second");
        edge.link.result = result;
        edge.receive(request("INVITE", second, 1));
        assertEquals(1, edge.count(EdgeCounter.REFUSED_BACK_PRESSURE));
        edge.egress.sent.clear();

        edge.receive(within("BYE", call, 2));
        edge.after(1);
        edge.egress.nothing();
        edge.link.result = 1;
        edge.after(1);

        assertEquals(List.of("BYE " + call), names(edge.link.takeOffers()));
    }

    @Test
    void shouldGiveWhatADeadOwnersLinkDidNotTakeToTheNextOwner() {
        edge.link.resultOf[edge.ownerOf(SLOT)] = LinkPublication.BACK_PRESSURED;
        edge.receive(within("OPTIONS", call, 2));
        edge.run(300);

        final int next = edge.give(SLOT, 1 + edge.ownerOf(SLOT) % EdgeHarness.NODES);
        edge.after(1);

        final List<ScriptedLink.Offer> offers = edge.link.takeOffers();
        assertEquals(List.of("OPTIONS " + call), names(offers));
        assertEquals(next, offers.getFirst().member());
        edge.egress.nothing();
    }

    @Test
    void shouldRefuseWhatBelongsToACallWhenItsOwnerIsSlowForTooLong() {
        edge.link.result = LinkPublication.BACK_PRESSURED;
        edge.receive(within("BYE", call, 2));

        edge.run(RedriveConfig.HOLD_MS_DEFAULT + 10);

        assertEquals(1, edge.count(EdgeCounter.REFUSED_BACK_PRESSURE));
        assertEquals(1, edge.egress.sent.size());
    }

    private static String within(final String method, final String callId, final int cseq) {
        return request(method, callId, cseq)
                .replace("To: Bob <sip:bob@example.com>", "To: Bob <sip:bob@example.com>;tag=a6c85cf");
    }

    @Test
    void shouldAnswer503OnceWhenNoOwnerComesInTime() {
        edge.give(SLOT, SlotTable.NO_OWNER);
        edge.receive(request("INVITE", call, 1));

        edge.run(799);
        assertTrue(edge.egress.sent.isEmpty());
        edge.run(2);
        final CapturingEgress.Sent refusal = edge.egress.only();
        assertTrue(refusal.text().startsWith("SIP/2.0 503 Service Unavailable\r\n"), refusal.text());
        assertEquals("5", refusal.header("Retry-After"));
        assertEquals(40_000, refusal.to().getPort());
        assertEquals(1, edge.count(EdgeCounter.REFUSED_NO_OWNER));

        // Once refused, always refused: neither held again nor released.
        edge.receive(request("INVITE", call, 1));
        assertEquals(refusal.text(), edge.egress.only().text());
        edge.give(SLOT, 2);
        edge.run(2_000);
        edge.egress.nothing();
        assertTrue(edge.link.offers.isEmpty());
        assertEquals(0, edge.level(EdgeGauge.UNANSWERED_BYTES));
    }

    @Test
    void shouldSayWhoWasSilentWhenItAnswers503() {
        edge.link.unreachable[edge.ownerOf(SLOT)] = true;
        edge.receive(request("INVITE", call, 1));

        edge.run(801);

        assertEquals(1, edge.count(EdgeCounter.REFUSED_OWNER_UNREACHABLE));
        assertEquals(0, edge.count(EdgeCounter.REFUSED_NO_OWNER));
    }

    @Test
    void shouldNeverRefuseWhatAnOwnerHasSeen() {
        edge.receive(request("INVITE", call, 1));
        edge.link.takeOffers();
        edge.link.unreachable[edge.ownerOf(SLOT)] = true;

        for (int i = 0; i < 6; i++) {
            edge.run(1_000);
            edge.receive(request("INVITE", call, 1));
        }

        edge.egress.nothing();
        assertTrue(edge.count(EdgeCounter.DROPPED_UNANSWERED) > 0);
        edge.link.unreachable[edge.ownerOf(SLOT)] = false;
        edge.after(1);
        assertEquals(List.of("INVITE " + call), names(edge.link.takeOffers()));
    }

    @Test
    void shouldAbsorbRetransmissionsOfAHeldRequestAndPassOnThoseOfAnUnansweredOne() {
        edge.give(SLOT, SlotTable.NO_OWNER);
        edge.receive(request("INVITE", call, 1));
        edge.receive(request("INVITE", call, 1));
        assertEquals(1, edge.count(EdgeCounter.ABSORBED_RETRANSMISSION));
        edge.turn();
        assertEquals(1, edge.level(EdgeGauge.REQUESTS_WAITING));
        edge.give(SLOT, 2);
        edge.after(1);
        assertEquals(1, edge.link.takeOffers().size());

        edge.receive(request("INVITE", call, 1));

        assertEquals(List.of("INVITE " + call), names(edge.link.takeOffers()));
        edge.turn();
        assertEquals(1, edge.level(EdgeGauge.REQUESTS_UNANSWERED));
    }

    @Test
    void shouldTellTheSendersOfOneBranchApart() {
        edge.give(SLOT, SlotTable.NO_OWNER);
        edge.receive(request("INVITE", call, 1));

        edge.receive(request("INVITE", call, 1).replace("192.0.2.1:40000", "192.0.2.1:40001"));
        edge.turn();

        assertEquals(2, edge.level(EdgeGauge.REQUESTS_WAITING));
    }

    @Test
    void shouldKeepACancelBehindItsHeldInvite() {
        edge = new EdgeHarness(RedriveConfig.defaults(), AffinityRule.parse("header:X-Key"));
        final String key = edge.callIn(SLOT, "key");
        edge.give(SLOT, SlotTable.NO_OWNER);
        edge.receive(request("INVITE", call, "z9hG4bKx", 1, "X-Key: " + key + "\r\n"));

        // It lacks the header that tells the slot, and no owner has seen its INVITE.
        edge.receive(request("CANCEL", call, "z9hG4bKx", 1, ""));
        edge.turn();
        assertEquals(2, edge.level(EdgeGauge.REQUESTS_WAITING));
        edge.give(SLOT, 2);
        edge.turn();

        assertEquals(List.of("INVITE " + call, "CANCEL " + call), names(edge.link.takeOffers()));
    }

    // Limits

    @Test
    void shouldRefuseAtOnceWhatCannotBeHeld() {
        edge = new EdgeHarness(new RedriveConfig(800, 2_000, 500, 32_000, 4_000, 16, 1 << 14, 8_192, 64));
        edge.give(SLOT, SlotTable.NO_OWNER);
        for (int i = 0; i < 16; i++) {
            edge.receive(request("OPTIONS", edge.callIn(SLOT, "c" + i), 1));
        }
        edge.egress.nothing();

        edge.receive(request("INVITE", call, 1));
        assertTrue(edge.egress.only().text().startsWith("SIP/2.0 503 "));
        assertEquals(1, edge.count(EdgeCounter.REFUSED_NOT_HELD));
        edge.receive(request("ACK", edge.callIn(SLOT, "acked"), 1));
        edge.egress.nothing();
        assertEquals(1, edge.count(EdgeCounter.DROPPED_ACK));

        edge.give(SLOT, 2);
        edge.turn();
        assertEquals(16, edge.link.takeOffers().size());
    }

    @Test
    void shouldHandOverWithoutRememberingWhenThereIsNoRoom() {
        edge = new EdgeHarness(new RedriveConfig(800, 2_000, 500, 32_000, 4_000, 16, 1 << 14, 1_000, 64));
        edge.receive(request("INVITE", call, 1).replace("Max-Forwards", "X: " + "y".repeat(800) + "\r\nMax-Forwards"));
        assertEquals(1, edge.count(EdgeCounter.REQUESTS_NOT_REMEMBERED), "longer than what is kept");
        for (int i = 0; i < 20; i++) {
            edge.receive(request("OPTIONS", edge.callIn(SLOT, "c" + i), 1));
        }

        assertEquals(21, edge.link.takeOffers().size());
        assertEquals(5, edge.count(EdgeCounter.REQUESTS_NOT_REMEMBERED));
        assertEquals(21, edge.count(EdgeCounter.REQUESTS_FORWARDED));
        edge.turn();
        assertEquals(16, edge.level(EdgeGauge.REQUESTS_UNANSWERED));
        assertEquals(16L * Unanswered.CHUNK_BYTES, edge.level(EdgeGauge.UNANSWERED_BYTES));
    }

    @Test
    void shouldRefuseAtOnceWhereNoneMayWaitAndStillRedrive() {
        edge = new EdgeHarness(RedriveConfig.defaults().withHoldMs(0));
        edge.receive(request("INVITE", call, 1));
        edge.link.takeOffers();
        edge.give(SLOT, SlotTable.NO_OWNER);

        edge.receive(request("OPTIONS", edge.callIn(SLOT, "second"), 1));
        assertTrue(edge.egress.only().text().startsWith("SIP/2.0 503 "));
        assertEquals(1, edge.count(EdgeCounter.REFUSED_NO_OWNER));
        edge.give(SLOT, 2);
        edge.turn();

        assertEquals(List.of("INVITE " + call), names(edge.link.takeOffers()));
    }

    // ACK

    @Test
    void shouldRedriveAnAckForAsLongAsNobodyWouldMissIt() {
        edge.receive(request("ACK", call, 1));
        edge.link.takeOffers();
        edge.run(400);
        edge.give(SLOT, 2);
        edge.after(1);
        assertEquals(List.of("ACK " + call), names(edge.link.takeOffers()));

        edge.run(99);
        edge.link.takeOffers();
        edge.give(SLOT, 3);
        edge.run(500);
        assertTrue(edge.link.offers.isEmpty());
        assertEquals(0, edge.level(EdgeGauge.REQUESTS_UNANSWERED));
        assertEquals(0, edge.count(EdgeCounter.DROPPED_ACK));
    }

    @Test
    void shouldHoldAnAckAndDropItUnanswered() {
        edge.give(SLOT, SlotTable.NO_OWNER);
        edge.receive(request("ACK", call, 1));
        edge.receive(request("ACK", edge.callIn(OTHER_SLOT, "fine"), 1));

        edge.run(501);

        assertEquals(1, edge.count(EdgeCounter.DROPPED_ACK));
        edge.egress.nothing();
    }

    @Test
    void shouldLetAcksTakeHalfOfTheRoomAtMost() {
        edge = new EdgeHarness(new RedriveConfig(800, 2_000, 500, 32_000, 4_000, 16, 1 << 14, 8_192, 64));
        for (int i = 0; i < 16; i++) {
            edge.receive(request("ACK", edge.callIn(SLOT, "c" + i), 1));
        }
        edge.turn();

        assertEquals(8, edge.level(EdgeGauge.REQUESTS_UNANSWERED));
        assertEquals(16, edge.link.takeOffers().size());
    }

    // Responses to requests of nodes

    @Test
    void shouldHoldAResponseForTheNextOwnerAndNotKeepItThen() {
        final String bye = request("BYE", call, edge.branchOf(SLOT), 1, "");
        final String trying = EdgeHarness.response(bye, 100);
        final String ok = EdgeHarness.response(bye, 200);
        edge.give(SLOT, SlotTable.NO_OWNER);

        edge.receive(trying);
        edge.receive(ok);
        edge.receive(ok);
        edge.run(400);
        assertEquals(2, edge.count(EdgeCounter.RESPONSES_HELD));
        assertEquals(1, edge.count(EdgeCounter.ABSORBED_RETRANSMISSION));
        edge.give(SLOT, 3);
        edge.turn();

        assertEquals(
                List.of(trying, ok),
                edge.link.offers.stream().map(ScriptedLink.Offer::message).toList());
        assertEquals(3, edge.link.takeOffers().getFirst().member());
        assertEquals(2, edge.count(EdgeCounter.RESPONSES_FORWARDED));
        assertEquals(0, edge.level(EdgeGauge.REQUESTS_UNANSWERED));
        edge.give(SLOT, 2);
        edge.run(500);
        assertTrue(edge.link.offers.isEmpty());
    }

    @Test
    void shouldDropAResponseThatNobodyComesFor() {
        edge.link.unreachable[edge.ownerOf(SLOT)] = true;
        edge.receive(EdgeHarness.response(request("BYE", call, edge.branchOf(SLOT), 1, ""), 200));

        edge.run(499);
        assertEquals(0, edge.count(EdgeCounter.DROPPED_RESPONSE));
        edge.run(2);

        assertEquals(1, edge.count(EdgeCounter.DROPPED_RESPONSE));
        edge.egress.nothing();
    }

    // Turns

    @Test
    void shouldAskForATurnEachMillisecondWhileSomethingIsKept() {
        assertEquals(77, edge.router.nextDeadlineNs());
        edge.link.nextDeadlineNs = Long.MAX_VALUE;
        edge.receive(request("INVITE", call, 1));

        edge.turn();

        assertTrue(edge.router.nextDeadlineNs() - edge.nowNs <= MS);
        edge.answer(edge.link.lastOffer(), 200);
        assertEquals(Long.MAX_VALUE, edge.router.nextDeadlineNs());
    }

    // Garbage

    @Test
    void shouldNotAllocateWhenKeepingHoldingRedrivingAndRefusing() {
        edge.egress.capturing = false;
        edge.link.keeping = false;
        final byte[][] messages = new byte[64][];
        for (int i = 0; i < messages.length; i++) {
            messages[i] = request(
                            i % 8 == 0 ? "ACK" : i % 2 == 0 ? "INVITE" : "CANCEL", edge.callIn(i % 16, "c" + i), 1)
                    .getBytes(StandardCharsets.US_ASCII);
        }
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long best = Long.MAX_VALUE;
        for (int window = 0; window < 20 && best > 0; window++) {
            final long before = threads.getCurrentThreadAllocatedBytes();
            for (int round = 0; round < 8; round++) {
                Arrays.fill(edge.link.unreachable, (round & 1) != 0);
                for (final byte[] message : messages) {
                    edge.receive(message);
                    edge.router.doWork(edge.nowNs);
                }
                for (int ms = 0; ms < 900; ms++) {
                    edge.nowNs += MS;
                    edge.router.doWork(edge.nowNs);
                }
                // Long enough for transactions to be forgotten, so that all begin anew.
                edge.nowNs += 33_000 * MS;
            }
            best = Math.min(best, threads.getCurrentThreadAllocatedBytes() - before);
        }

        assertEquals(0, best);
        assertTrue(edge.count(EdgeCounter.REQUESTS_HELD) > 0);
        assertTrue(edge.count(EdgeCounter.REQUESTS_REDRIVEN) > 0);
        assertTrue(edge.count(EdgeCounter.REFUSED_OWNER_UNREACHABLE) > 0);
    }

    private static byte[] frameOf(
            final ScriptedLink.Offer offer, final String message, final int headerBytes, final long number) {
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[LinkFrame.HEADER_BYTES + message.length()]);
        new LinkFrame()
                .wrapNew(bytes, 0, LinkFrame.TYPE_SIP_TO_EDGE)
                .slot(offer.frame().slot())
                .epoch(offer.frame().epoch())
                .member(offer.member())
                .remoteLow(offer.frame().remoteLow())
                .remotePort(40_000)
                .request(number);
        bytes.putShort(2, (short) headerBytes, ByteOrder.LITTLE_ENDIAN);
        bytes.putStringWithoutLengthAscii(headerBytes, message);
        return Arrays.copyOf(bytes.byteArray(), headerBytes + message.length());
    }
}
