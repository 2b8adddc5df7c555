package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dialtone.api.SipLeg;
import io.dialtone.api.SipMethod;
import io.dialtone.placement.table.SlotToken;
import io.dialtone.runtime.engine.WorkerConfig;
import io.dialtone.runtime.engine.WorkerCounter;
import io.dialtone.runtime.sip.SipCounter;
import io.dialtone.runtime.testsupport.ScriptedHandler.Events;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sessions that have left memory, under rules by which another thing than the Call-ID names them. */
class RestingSessionsTest {
    private static final String RULES = """
            address-of-record, bob@example.com
            from-user,         alice
            to-user,           bob
            request-uri-user,  bob""";

    private final ScriptedHandler handler = new ScriptedHandler(SipMethod.INFO, SipMethod.MESSAGE);

    private TestCluster cluster(final String rule) {
        return TestCluster.replicated(() -> handler, EventsCodec::new)
                .nodes(3)
                .affinity(rule)
                .worker(WorkerConfig.defaults()
                        .withRestAfterNs(Duration.ofSeconds(1).toNanos()))
                .start();
    }

    private static SipCall up(final SipPeer alice) {
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(200);
        return call.ack();
    }

    /** Long enough for transactions to end, and for whoever is idle to leave memory. */
    private static void letRest(final TestCluster cluster) {
        cluster.advance(Duration.ofSeconds(40));
        assertEquals(0, cluster.sessions(), "in memory");
        assertEquals(1, cluster.count(WorkerCounter.SESSIONS_DORMANT));
    }

    private static Optional<Events> stateOf(final TestCluster cluster, final String key) {
        return cluster.stateOf(key, Events.class);
    }

    @ParameterizedTest
    @CsvSource(textBlock = RULES)
    void shouldFindTheSessionThatARequestOutsideOfCallsNames(final String rule, final String key) {
        final TestCluster cluster = cluster(rule);
        final SipPeer alice = cluster.peer("alice");
        alice.newCall("sip:bob@example.com").request("MESSAGE").expect(200);
        handler.onOther = (request, session) -> {
            session.startTimer("keep", Duration.ofHours(1));
            request.reply(200).send();
        };
        alice.newCall("sip:bob@example.com").request("MESSAGE").expect(200);
        final int before = stateOf(cluster, key).orElseThrow().count();
        letRest(cluster);

        alice.newCall("sip:bob@example.com").request("MESSAGE").expect(200);

        assertEquals(before + 1, stateOf(cluster, key).orElseThrow().count());
    }

    @ParameterizedTest
    @CsvSource(textBlock = RULES)
    void shouldFindTheSessionOfACall(final String rule, final String key) {
        final TestCluster cluster = cluster(rule);
        final SipCall call = up(cluster.peer("alice"));
        letRest(cluster);

        call.request("INFO").expect(200);
        letRest(cluster);
        final String former = cluster.killOwnerOf(key);
        cluster.awaitNewOwner(key, former);
        cluster.peer("alice").drain();
        call.bye().expect(200);

        assertEquals(0, cluster.count(SipCounter.REQUESTS_OF_UNKNOWN_DIALOG));
    }

    @ParameterizedTest
    @CsvSource(textBlock = RULES)
    void shouldFindTheSessionOfACallThatRings(final String rule, final String key) {
        handler.onInvite = (invite, session) -> invite.reply(180).send();
        final TestCluster cluster = cluster(rule);
        final SipCall call = cluster.peer("alice").invite("sip:bob@example.com");
        call.expect(180);
        letRest(cluster);

        call.retransmit().expect(180);
        letRest(cluster);
        call.cancel();

        call.expect(200);
        call.expect(487);
        call.ackRefusal();
        cluster.advance(Duration.ofSeconds(40));
        call.expectNothing();
        assertEquals(Optional.empty(), stateOf(cluster, key));
    }

    @ParameterizedTest
    @CsvSource(textBlock = RULES)
    void shouldFindTheSessionOfALegOfOurOwn(final String rule, final String key) {
        final TestCluster cluster = cluster(rule);
        final SipPeer alice = cluster.peer("alice");
        final SipPeer carol = cluster.peer("carol");
        handler.onInvite = (invite, session) -> {
            invite.reply(200).send();
            session.request(SipMethod.INVITE, "carol", "sip:carol@" + carol.address())
                    .send();
        };
        handler.onResponse = (answer, session) -> {
            if (answer.status() == 200) {
                session.leg("carol").orElseThrow().request(SipMethod.ACK).send();
            }
        };
        up(alice);
        final SipCalled called = carol.expectCall().respond(180);
        letRest(cluster);
        called.respond(200);
        called.expectRequest("ACK");
        letRest(cluster);

        called.request("BYE", "");

        called.expect(200);
        assertEquals(Optional.of("BYE"), handler.told.stream().reduce((first, last) -> last));
        assertEquals(0, cluster.count(SipCounter.REQUESTS_OF_UNKNOWN_DIALOG));
        assertEquals(1, stateOf(cluster, key).stream().count());
    }

    @Test
    void shouldFindTheCallThatAnInviteReplaces() {
        handler.extensions = Set.of("replaces");
        handler.onInvite = (invite, session) -> {
            invite.replacedLeg().flatMap(session::leg).ifPresent(SipLeg::hangUp);
            invite.reply(200).send();
        };
        final TestCluster cluster = cluster("address-of-record");
        final SipCall call = up(cluster.peer("alice"));
        letRest(cluster);

        final SipCall other = cluster.peer("dave")
                .newCall("sip:service@example.com")
                .invite("Replaces: " + call.callId() + ";to-tag=" + call.remoteTag() + ";from-tag=from");

        other.expect(200);
        cluster.peer("alice").expectRequest("BYE");
    }

    @Test
    void shouldWakeNobodyForARequestOfNoCallInTheirSlot() {
        final TestCluster cluster = cluster("address-of-record");
        final SipCall call = up(cluster.peer("alice"));
        letRest(cluster);

        final long woken = cluster.count(WorkerCounter.SESSIONS_RESTORED);
        final SipPeer mallory = cluster.peer("mallory");
        mallory.send(
                """
                BYE sip:erin@example.com SIP/2.0
                Via: SIP/2.0/UDP %s;branch=z9hG4bK-none
                Max-Forwards: 70
                From: <sip:mallory@example.com>;tag=from
                To: <sip:erin@example.com>;tag=%s
                Call-ID: %s
                CSeq: 2 BYE
                Content-Length: 0

                """.formatted(mallory.address(), call.remoteTag().substring(0, SlotToken.LENGTH) + "7", call.callId()));

        mallory.expect(481);
        assertEquals(woken, cluster.count(WorkerCounter.SESSIONS_RESTORED));
        call.bye().expect(200);
    }

    @Test
    void shouldKeepInMemoryWhatNotEachMessageNames() {
        final TestCluster cluster = cluster("header:X-Session");
        final SipCall call = cluster.peer("alice").newCall("sip:bob@example.com");
        call.invite("X-Session: 7");
        call.expect(200);
        call.ack();
        cluster.advance(Duration.ofSeconds(40));
        assertEquals(0, cluster.count(WorkerCounter.SESSIONS_DORMANT));

        final String former = cluster.killOwnerOf("7");
        cluster.awaitNewOwner("7", former);
        cluster.peer("alice").drain();

        call.bye().expect(200);
    }
}
